"""Clients that send too slowly, read too slowly, or not at all."""

import socket
import struct
import time

from harness import client, wire

from siege import MEBIBYTE


def trickling_requests(siege):
    """A session whose requests arrive byte by byte is served all the same."""
    link = siege.client()
    began = time.monotonic()
    for byte in wire.request(1, wire.EXISTS, wire.read("/bystander")) * 3:
        link.send(bytes([byte]))
        time.sleep(0.001)
    errors = [link.reply().error for _ in range(3)]
    siege.report.equal(f"requests byte by byte ({time.monotonic() - began:.1f} s)", errors, [0, 0, 0])
    link.end()


def trickling_reader(siege):
    """Who reads a large reply in small bites gets it whole."""
    link = siege.client(receive_buffer=4096)
    link.create("/hostile-large", b"0123456789" * 100_000)
    link.queue(wire.GET_DATA, wire.read("/hostile-large"))
    link.queue(wire.EXISTS, wire.read("/hostile-large"))
    link.flush()
    received = bytearray()
    while len(received) < 1_000_000:
        received += link.socket.recv(2000)
    link.received += received
    siege.report.equal("a large reply read in small bites", link.reply().body.buffer(), b"0123456789" * 100_000)
    siege.report.equal("and the next reply after it", link.reply().error, wire.OK)
    link.end()


def never_reading(siege):
    """Five clients ask for 300 MB each and never read: the server must not keep it all."""
    count = 300 if siege.is_aviary else 30  # Apache's server keeps it all
    maker = siege.client()
    maker.create("/hostile-large", b"0123456789" * 100_000)
    links = [siege.client(receive_buffer=4096) for _ in range(5)]
    for link in links:
        for _ in range(count):
            link.queue(wire.GET_DATA, wire.read("/hostile-large"))
        link.flush()
    time.sleep(2)
    siege.report.equal("others read while they do not", maker.get("/hostile-large").error, wire.OK)
    print(f"        resident while nobody reads: {siege.node.resident_bytes() / MEBIBYTE:.0f} MiB")
    if siege.is_aviary:
        siege.report.check(
            "replies nobody reads are not kept without limit",
            siege.node.resident_bytes() < 400 * MEBIBYTE,
            f"{siege.node.resident_bytes() / MEBIBYTE:.0f} MiB",
        )
    first = links[0]
    total = sum(len(first.reply().body.buffer()) for _ in range(count))
    siege.report.equal("who reads after all gets every reply", total, count * 1_000_000)
    for link in links[1:]:
        link.close()
    maker.end()


def reset_within_a_reply(siege):
    for _ in range(50):
        link = siege.client()
        for _ in range(20):
            link.queue(wire.GET_DATA, wire.read("/hostile-large"))
        link.flush()
        link.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        link.close()


def deaf_watcher(siege):
    """A recursive watch on everything, and nobody who reads its events."""
    deaf = siege.client(timeout=40000, receive_buffer=4096)
    deaf.call(wire.ADD_WATCH, wire.string("/hostile-events") + wire.int32(1))
    writer = siege.client()
    name = "/hostile-events/" + "n" * 2000
    writer.create("/hostile-events")
    writer.create(name)
    for _ in range(200):
        for _ in range(100):
            writer.queue(wire.SET_DATA, wire.set_data(name, b""))
        writer.flush()
        for _ in range(100):
            writer.reply()
    siege.report.check("20,000 changes while a watcher is deaf", True)
    try:
        events = 0
        while events < 20_000:
            deaf.event()
            events += 1
    except client.Lost as lost:
        print(f"        the deaf watcher was cut off after {events} events ({lost})")
    siege.report.check("who listens after all has every event or a closed connection", True)
    deaf.close()
    writer.end()


def silent_strangers(siege):
    """Connections that never finish a handshake are closed in time (Apache: after 10 to 20 s)."""
    links = [siege.connection() for _ in range(100)]
    for index, link in enumerate(links):
        link.send(wire.connect_request(10000)[: index % 48])
    began = time.monotonic()
    deadline = began + 25
    waiting = list(links)
    while waiting and time.monotonic() < deadline:
        time.sleep(0.5)
        waiting = [link for link in waiting if link.is_open()]
        if time.monotonic() - began < 8 and len(waiting) < len(links):
            break
    lasted = time.monotonic() - began
    siege.report.check(
        "100 unfinished handshakes are closed after 8 to 25 s",
        not waiting and lasted >= 8,
        f"{len(waiting)} open after {lasted:.1f} s",
    )
    for link in links:
        link.close()


ATTACKS = [trickling_requests, trickling_reader, never_reading, reset_within_a_reply, deaf_watcher, silent_strangers]
