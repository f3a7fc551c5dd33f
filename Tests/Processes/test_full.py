"""The disk of a node is full for a while: it stays, serves reads, keeps sessions, and goes on by itself.

    test_full.py [--server aviary] [--seconds 3]

On small file systems in memory, which this program mounts for itself (as root) and fills with a file beside the log.
"""

import argparse
import pathlib
import shutil
import subprocess
import threading
import time

from harness import checks, client, nodes, places, wire
from harness.ensemble import Ensemble

SMALL = "24m"
LIMIT = 2.0  # seconds from room to the first answer
SETTINGS = {"tickTime": 500, "snapCount": 100, "txnLogSizeLimitInKb": 256}  # so that segments change, too


class SmallDisk:
    """A file system that can be filled, and given room."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(self.folder)], check=True)

    def fill(self):
        with open(self.folder / "ballast", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass

    def make_room(self):
        (self.folder / "ballast").unlink(missing_ok=True)

    def close(self):
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


class Writer:
    """Writes one znode after the other, one at a time, and knows which were acknowledged."""

    def __init__(self, addresses, prefix):
        self.addresses, self.prefix = addresses, prefix
        self.acknowledged, self.answered_at, self.number = [], time.monotonic(), 0
        self.is_stopping = False
        self.thread = threading.Thread(target=self._write, daemon=True)
        self.thread.start()

    def _write(self):
        link, at = None, 0
        while not self.is_stopping:
            try:
                if link is None:
                    link = client.Client(self.addresses[at % len(self.addresses)], timeout=30000)
                    at += 1
                path = f"/{self.prefix}-{self.number}"
                self.number += 1
                if link.create(path, b"x" * 1000).error == 0:
                    self.acknowledged.append(path)
                    self.answered_at = time.monotonic()
            except (client.Lost, client.Refused, OSError):
                link = None
                time.sleep(0.05)

    def stop(self):
        self.is_stopping = True
        self.thread.join(40)


def is_stalled(writer):
    return time.monotonic() - writer.answered_at > 0.7


def all_there(report, sentence, address, paths):
    link = client.Client(address)
    link.call(wire.SYNC, wire.string("/"))
    missing = [path for path in paths if link.exists(path).error != 0]
    report.equal(sentence, missing[:5], [])
    link.end()


def ping(link):
    """Keeps the session of one second: what waits for something else meanwhile, pings besides."""
    link.call(wire.PING)
    return True


def idle(link, seconds):
    """A client that only pings."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        ping(link)
        time.sleep(0.2)


def alone(report, folder, arguments):
    disk = SmallDisk(folder / "alone")
    node = nodes.Node(arguments.server, folder=disk.folder / "node", **SETTINGS)
    try:
        node.start()
        reader = client.Client(node.address, timeout=1000)
        reader.create("/ephemeral", b"mine", wire.EPHEMERAL)
        writer = Writer([node.address], "w")
        report.check("a node alone writes",
                     checks.eventually(lambda: ping(reader) and len(writer.acknowledged) > 20, 10))
        disk.fill()
        report.check("on a full disk it does not", checks.eventually(lambda: ping(reader) and is_stalled(writer), 20))
        idle(reader, arguments.seconds)
        report.check("it stays", node.is_running(), node.log_end())
        report.equal("it serves reads", reader.get("/ephemeral").body.buffer(), b"mine")
        report.check("it says so", "until there is room" in node.log_end(400), node.log_end())
        before = len(writer.acknowledged)
        disk.make_room()
        freed = time.monotonic()
        report.check(f"it writes within {LIMIT} s of room",
                     checks.eventually(lambda: ping(reader) and len(writer.acknowledged) > before, 10)
                     and time.monotonic() - freed < LIMIT, f"{time.monotonic() - freed:.2f} s")
        report.equal("no session was lost", reader.get("/ephemeral").error, 0)
        writer.stop()
        node.kill()
        node.start()
        all_there(report, "nothing acknowledged is lost", node.address, writer.acknowledged)
    finally:
        node.stop()
        disk.close()


def member(report, folder, role, arguments):
    ensemble = Ensemble([arguments.server] * 3, folder / role, tick=500, more={"txnLogSizeLimitInKb": 4096})
    disks = [SmallDisk(server.folder) for server in ensemble.servers]
    for server in ensemble.servers:
        server.data.mkdir(parents=True, exist_ok=True)
        (server.data / "myid").write_text(f"{server.id}\n")
        server.write_configuration()
    try:
        ensemble.start()
        ensemble.wait_until_serving()
        leader = ensemble.leader()
        full = leader if role == "leader" else next(one for one in ensemble.servers if one is not leader)
        disk = disks[ensemble.servers.index(full)]
        others = [server.address for server in ensemble.servers if server is not full]
        writer = Writer(others, "m")
        report.check(f"an ensemble writes ({role})", checks.eventually(lambda: len(writer.acknowledged) > 20, 10))
        disk.fill()
        seen = len(writer.acknowledged)
        report.check(f"with the disk of its {role} full it goes on",
                     checks.eventually(lambda: len(writer.acknowledged) > seen + 200 and not is_stalled(writer), 25),
                     full.log_end())
        report.check("that one stays", full.is_running(), full.log_end())
        disk.make_room()
        writer.stop()
        report.check("and has all of it soon after there is room",
                     checks.eventually(lambda: full.role() and len(ensemble.wait_until_equal(1)) == 1, 20),
                     full.log_end())
        all_there(report, "nothing acknowledged is lost there", full.address, writer.acknowledged)
    finally:
        ensemble.stop()
        for disk in disks:
            disk.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    nodes.add_server_argument(parser)
    parser.add_argument("--seconds", type=float, default=3, help="that the disk of a node alone is full")
    arguments = parser.parse_args()
    report, folder = checks.Checks(), places.new_folder("full")
    report.run("a node alone", lambda: alone(report, folder, arguments))
    for role in ("follower", "leader"):
        report.run(f"a {role}", lambda: member(report, folder, role, arguments))
    shutil.rmtree(folder, ignore_errors=True)
    report.finish()


main()
