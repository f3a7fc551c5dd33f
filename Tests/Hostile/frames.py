"""Broken frames before and after the handshake: lengths, cuts, and what is no ZooKeeper client at all."""

import random
import struct

from harness import client, wire

LARGEST_FRAME = 0xFFFFF
ABSURD_LENGTHS = (-1, -(2**31), LARGEST_FRAME + 1, 2**31 - 1)


def strangers(siege):
    for length in ABSURD_LENGTHS:
        siege.closes_silently(f"first frame of length {length}", wire.int32(length) + b"x" * 40)
    siege.closes_silently("first frame of length 0", wire.int32(0))
    siege.closes_silently("first frame too short for a connect request", wire.frame(b"\0" * 12))
    siege.closes_silently("HTTP", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    siege.closes_silently("TLS", bytes.fromhex("16030100a5010000a10303") + bytes(160))
    siege.closes_silently("an unknown four-letter word", b"what")
    siege.closes_silently("SSH", b"SSH-2.0-OpenSSH_9.2\r\n")


def broken_handshakes(siege):
    head = struct.pack(">iqiq", 0, 0, 10000, 0)
    siege.closes_silently("a password longer than the frame", wire.frame(head + wire.int32(100) + b"x" * 16))
    siege.closes_silently("a password of absurd length", wire.frame(head + wire.int32(2**31 - 1) + b"x" * 16))
    siege.closes_silently("a password of length -2", wire.frame(head + wire.int32(-2) + b"\0"))
    whole = wire.connect_request(10000)
    for cut in range(len(whole)):
        link = siege.connection()
        link.send(whole[:cut])
        link.close()
    ahead = siege.connection()
    ahead.send(wire.connect_request(10000, last_zxid=2**62))
    siege.report.check("a client ahead of the server is closed without an answer", ahead.is_closed())
    for session in (-1, 1, 2**63 - 1, -(2**63)):
        try:
            siege.client(session=session).close()
            siege.report.check(f"the made-up session {session:#x} is refused", False)
        except client.Refused:
            siege.report.check(f"the made-up session {session:#x} is refused", True)
    for timeout in (0, -5, 1):
        granted = siege.client(timeout=timeout)
        siege.report.equal(f"a timeout of {timeout} is raised to the least", granted.timeout, 4000)
        granted.end()
    without = siege.connection()
    without.send(wire.connect_request(10000, read_only=None))
    siege.report.equal("a connect request without its last byte gets 36 bytes", len(without.frame()), 36)
    without.close()
    odd = siege.connection()
    odd.send(wire.frame(head + wire.buffer(None) + b"\0" + b"trailing bytes"))
    siege.report.equal("a null password and trailing bytes are accepted", len(odd.frame()), 37)
    odd.close()


def broken_frames_in_a_session(siege):
    for length in ABSURD_LENGTHS:
        link = siege.client()
        link.send(wire.int32(length) + b"x" * 100)
        siege.report.check(f"a frame of length {length} ends the connection", link.is_closed())
        link.close()
    for size in (0, 4, 7):
        link = siege.client()
        link.send(wire.frame(bytes(size)))
        siege.report.check(f"a frame of {size} bytes ends the connection", link.is_closed())
        link.close()
    link = siege.client()
    room = LARGEST_FRAME - 8 - len(wire.set_data("/bystander-large", b""))
    link.create("/bystander-large")
    reply = link.call(wire.SET_DATA, wire.set_data("/bystander-large", b"x" * room))
    siege.report.equal("the largest frame allowed is served", reply.error, wire.OK)
    link.queue(wire.SET_DATA, wire.set_data("/bystander-large", b"x" * (room + 1)))
    link.flush_quietly()
    siege.report.check("one byte more ends the connection", link.is_closed())
    link.close()


def random_bytes(siege):
    dice = random.Random(20)
    for _ in range(300):
        link = siege.connection() if dice.random() < 0.5 else siege.client()
        noise = dice.randbytes(dice.randint(1, 300))
        if dice.random() < 0.5:
            noise = wire.frame(noise)
        try:
            link.send(noise)
        except client.Lost:
            pass
        link.close()


def cut_requests(siege):
    """A good request cut at every byte, then the end of the connection: it must not be executed."""
    whole = wire.request(1, wire.CREATE, wire.create("/hostile-cut", b"data"))
    for cut in range(len(whole)):
        link = siege.client()
        link.send(whole[:cut])
        link.close()
    link = siege.client()
    siege.report.equal("half a create creates nothing", link.exists("/hostile-cut").error, wire.NO_NODE)
    link.send(whole)
    link.half_close()
    link.rest()
    link.close()
    other = siege.client()
    error = other.exists("/hostile-cut").error
    siege.report.equal("a whole one just before the end of the stream is done", error, wire.OK)
    other.end()


ATTACKS = [strangers, broken_handshakes, broken_frames_in_a_session, random_bytes, cut_requests]
