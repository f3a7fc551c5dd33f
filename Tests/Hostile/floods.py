"""Too many requests, too many connections, too many sessions."""

import os
import time

from harness import client, wire

from siege import Siege


def open_files(siege):
    return len(os.listdir(f"/proc/{siege.node.process.pid}/fd"))


def bursts(siege):
    """Far over globalOutstandingLimit: everything is answered, in order."""
    links = [siege.client(limit=60.0) for _ in range(8)]
    links[0].create("/hostile-burst")
    for link in links:
        for i in range(2000):
            kind = wire.SET_DATA if i % 2 else wire.GET_DATA
            record = wire.set_data("/hostile-burst", b"x" * 20) if i % 2 else wire.read("/hostile-burst")
            link.queue(kind, record)
    firsts = [link.xid - 1999 for link in links]
    for link in links:
        link.flush()
    for link, first in zip(links, firsts):
        replies = [link.reply() for _ in range(2000)]
        in_order = [reply.xid for reply in replies] == list(range(first, first + 2000))
        rising = all(a.zxid <= b.zxid for a, b in zip(replies, replies[1:]))
        siege.report.check(
            "2,000 requests at once are answered in order", in_order and rising and not any(r.error for r in replies)
        )
        link.end()


def pings_without_end(siege):
    link = siege.client(limit=60.0)
    for _ in range(20_000):
        link.queue(wire.PING, xid=wire.PING_XID)
    link.flush()
    xids = {link.reply().xid for _ in range(20_000)}
    siege.report.equal("20,000 pings at once are answered", xids, {wire.PING_XID})
    link.end()


def churn(siege):
    """Connections that come and go; nothing of them may stay."""
    before = open_files(siege)
    for i in range(3000):
        link = siege.connection()
        if i % 3 == 0:
            link.send(wire.connect_request(10000))
        elif i % 3 == 1:
            link.send(b"ruok")
        link.close()
    deadline = time.monotonic() + 15
    while open_files(siege) > before + 5 and time.monotonic() < deadline:
        time.sleep(0.1)
    after = open_files(siege)
    siege.report.check("no descriptor stays behind", after <= before + 5, f"{before}, now {after}")


def abandoned_sessions(siege):
    """A thousand sessions with ephemerals that nobody ends: all expire, and their ephemerals with them."""
    keeper = siege.client(timeout=40000)
    keeper.create("/hostile-abandoned")
    for i in range(1000):
        link = siege.client(timeout=4000)
        link.create(f"/hostile-abandoned/{i}", flags=wire.EPHEMERAL)
        link.close()
    count = keeper.call(wire.GET_CHILDREN, wire.read("/hostile-abandoned")).body.int32()
    siege.report.check("the ephemerals are there", count > 0, count)
    deadline = time.monotonic() + 15
    while count and time.monotonic() < deadline:
        time.sleep(0.2)
        count = keeper.call(wire.GET_CHILDREN, wire.read("/hostile-abandoned")).body.int32()
    siege.report.equal("the ephemerals of abandoned sessions go", count, 0)
    keeper.end()


def is_turned_away(siege, **options):
    """Whether one more connection is closed without a word (some kernels tell so in the connect already)."""
    try:
        link = siege.connection(**options)
    except client.Lost:
        return True
    closed = link.is_closed()
    link.close()
    return closed


def too_many_connections(kind, report):
    """maxClientCnxns on a node of its own: the excess connection is closed, and only that."""
    siege = Siege(kind, report, maxClientCnxns=10)
    held = [siege.connection() for _ in range(9)]  # and the bystander's
    time.sleep(0.2)
    report.check("the connection above maxClientCnxns is closed without a word", is_turned_away(siege))
    report.check("the others stay", all(link.is_open() for link in held))
    elsewhere = siege.connection(source="127.0.0.2")
    elsewhere.send(wire.connect_request(10000))
    report.equal("another address may still connect", len(elsewhere.frame()), 37)
    held.pop().close()
    time.sleep(0.2)
    try:
        siege.client().end()
        report.check("a place that became free is given again", True)
    except client.Lost as lost:
        report.check("a place that became free is given again", False, lost)
    for link in [*held, elsewhere]:
        link.close()
    siege.end()


def too_many_in_all(kind, report):
    """maxCnxns on a node of its own."""
    siege = Siege(kind, report, maxCnxns=10)
    held = [siege.connection(source=f"127.0.0.{2 + i}") for i in range(9)]
    time.sleep(0.2)
    away = is_turned_away(siege, source="127.0.0.99")
    report.check("the connection above maxCnxns is closed without a word", away)
    for link in held:
        link.close()
    siege.end()


def throttled(kind, report):
    """A small globalOutstandingLimit slows a pipelining client down, and loses nothing."""
    siege = Siege(kind, report, globalOutstandingLimit=10)
    siege.attack("bursts over a limit of 10", bursts)
    siege.end()


ATTACKS = [bursts, pings_without_end, churn, abandoned_sessions]
OF_THEIR_OWN = [too_many_connections, too_many_in_all, throttled]
