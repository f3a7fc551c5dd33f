"""What a server does without: file descriptors, and somebody who reads its log. Only Aviary's: it is no other's
claim."""

import os
import resource
import signal
import socket
import struct
import subprocess
import time

from harness import client, nodes, wire

DESCRIPTORS = 64
IDLE = 192


def launch(node, limit=None, stderr=None):
    """With so many descriptors, soft and hard, and with standard error where `stderr` says."""
    with open(node.log, "ab") as log:
        node.process = subprocess.Popen(
            node.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log if stderr is None else stderr,
            cwd=node.folder,
            preexec_fn=limit and (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limit)),
        )  # fmt: skip
    node.wait_until_serving(20)


def descriptors(kind, report):
    """64 descriptors and 192 connections that want one each."""
    if kind != "aviary":
        return
    with nodes.Node(kind, snapCount=300) as node:
        launch(node, (DESCRIPTORS, DESCRIPTORS))
        writer = client.Client(node.address, timeout=30000)
        writer.create("/busy")
        idle = [socket.create_connection(node.address, 5) for _ in range(IDLE)]
        time.sleep(0.5)
        before, began = node.cpu_seconds(), time.monotonic()
        time.sleep(3)
        share = (node.cpu_seconds() - before) / (time.monotonic() - began)
        report.check("a server without descriptors rests", share < 0.05, f"{share:.1%} of a core")
        print(f"        {share:.2%} of a core with {IDLE} idle connections and {DESCRIPTORS} descriptors", flush=True)
        answers = [node.word("ruok", limit=3) for _ in range(5)]
        report.equal("it answers ruok", answers, [b"imok"] * 5)
        report.check("and mntr", b"zk_open_file_descriptor_count" in (node.word("mntr", limit=3) or b""))
        errors = {writer.call(wire.SET_DATA, wire.set_data("/busy", b"x" * 100)).error for _ in range(1500)}
        report.equal("its clients do not notice", errors, {0})
        deadline = time.monotonic() + 10
        while "took a snapshot" not in node.log.read_text() and time.monotonic() < deadline:
            time.sleep(0.05)
        log = node.log.read_text()
        report.check("it takes its snapshots", "took a snapshot" in log and "cannot take" not in log, log[-2000:])
        lines = [line for line in log.splitlines() if "descriptor" in line]
        report.check("and says once what is missing and where to get it",
                     len(lines) == 1 and "ulimit -n" in lines[0], "\n".join(lines))
        for link in idle:
            link.close()
        deadline = time.monotonic() + 10
        while (late := attempt(node)) is None and time.monotonic() < deadline:
            time.sleep(0.1)
        report.check("whoever comes when the others have gone is served", late is not None)
        writer.end()
        report.equal("SIGTERM ends it cleanly", node.stop(), 0)


def attempt(node):
    try:
        link = client.Client(node.address, timeout=10000)
        link.end()
        return link
    except (client.Lost, OSError):
        return None


def soft_limit(kind, report):
    """What a shell allows is not what the system does."""
    if kind != "aviary":
        return
    with nodes.Node(kind) as node:
        launch(node, (DESCRIPTORS, 512))
        with open(f"/proc/{node.process.pid}/limits") as limits:
            line = next(line for line in limits if line.startswith("Max open files"))
        report.equal("the soft limit is raised to the hard one", line.split()[3:5], ["512", "512"])
        idle = [socket.create_connection(node.address, 5) for _ in range(IDLE)]
        report.equal("all of 192 are let in then", node.word("ruok", limit=3), b"imok")
        for link in idle:
            link.close()
        report.equal("SIGTERM ends it cleanly", node.stop(), 0)


def unread_log(kind, report):
    """Standard error is a pipe, full from the beginning, that nobody reads."""
    if kind != "aviary":
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    filled = 0
    try:
        while True:
            filled += os.write(writing, b"x" * 1024)
    except BlockingIOError:
        pass
    os.set_blocking(writing, True)
    with nodes.Node(kind) as node:
        try:
            launch(node, stderr=writing)
            link = client.Client(node.address, timeout=10000)
            link.create("/unread")
            report.equal("a server whose log nobody reads serves", link.get("/unread").error, 0)
            link.end()
            text = b""
            while b"serving clients" not in text[filled:]:
                text += os.read(reading, 1 << 16)
            report.check("what it said is there once somebody reads", b"serving clients" in text)
            os.set_blocking(writing, False)
            try:
                while True:
                    os.write(writing, b"x" * 512)
            except BlockingIOError:
                pass
            os.set_blocking(writing, True)
            began = time.monotonic()
            node.process.send_signal(signal.SIGTERM)
            report.equal("it ends cleanly unread", node.process.wait(20), 0)
            took = time.monotonic() - began
            report.check("and does not wait for a reader for long", took < 5, f"{took:.1f} s")
        finally:
            os.close(reading)
            os.close(writing)


def flooded_log(kind, report):
    """Bad connections by the thousand, of three kinds and from three addresses."""
    if kind != "aviary":
        return
    beginnings = [struct.pack(">i", -1), struct.pack(">i", 20) + b"\0" * 20,
                  wire.connect_request(10000) + struct.pack(">iii", 8, 1, 7777)]
    with nodes.Node(kind) as node:
        launch(node)
        for number in range(3000):
            link = client.Connection(node.address, source=f"127.0.0.{2 + number % 3}")
            link.send(beginnings[number // 3 % 3])
            if number % 3000 > 2900:
                link.is_closed()
            link.close()
        report.equal("a server under a flood of bad connections serves", node.word("ruok"), b"imok")
        lines = [line for line in node.log.read_text().splitlines() if " warning " in line and "closed" in line]
        report.check("says each kind once for each address", 6 <= len(lines) <= 9, "\n".join(lines[:40]))
        report.equal("SIGTERM ends it cleanly", node.stop(), 0)


ATTACKS = []
OF_THEIR_OWN = [descriptors, soft_limit, unread_log, flooded_log]
