"""Garbage, cut packets, false names and silence on the ports between the servers of an ensemble that serves.

Nobody there proves who he is, in Apache's protocol: a false name may cost the server that bears it its link, for a
moment, and nothing else. (So many names at one moment that no quorum is left cost an election, and no client.)
"""

import pathlib
import random
import struct
import time

from harness import packets

from ring import Ring
from siege import MEBIBYTE

GARBAGE = 24 * MEBIBYTE  # for each port
NOBODY = 77  # the number of no server
GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "WireTests" / "Golden" / "peers.hex"
PATIENCE = 3.0
LAST = 2**63 - 1


def recorded(*who):
    """What Apache's servers said, as far as these are the ones who said it."""
    lines = [line.split() for line in GOLDEN.read_text().splitlines()]
    return [bytes.fromhex(text) for speaker, _, text in lines if speaker in who]


def open_ports(ring):
    """Of the leader and one follower. A follower's quorum port is closed."""
    return [ring.leader.quorum_port, ring.leader.election_port, ring.followers[0].election_port]


def closed_port(ring):
    try:
        ring.visit(ring.followers[0].quorum_port).close()
        ring.report.check("a follower's quorum port is closed", False)
    except ConnectionRefusedError:
        ring.report.check("a follower's quorum port is closed", True)


def garbage(ring):
    """The other side closes at the first byte that cannot be, so that most comes in pieces."""
    for port in open_ports(ring):
        taken = ring.say(port, ring.random.randbytes(GARBAGE))
        pieces = 0
        while taken < GARBAGE:
            size = ring.random.choice([ring.random.randrange(1, 64), 1 << 12, 1 << 16, MEBIBYTE])
            taken += ring.say(port, ring.random.randbytes(size))
            pieces += 1
        ring.report.check(f"{GARBAGE // MEBIBYTE} MiB of garbage in {pieces + 1} connections", taken >= GARBAGE)


def garbage_in_frames(ring):
    """After openings that are taken: what has the right length and no sense is read to its end."""
    for server in (ring.leader, ring.followers[0]):
        visitor = ring.visit(server.election_port)
        visitor.say(packets.greeting(packets.ANONYMOUS))
        taken = 0
        while taken < GARBAGE:
            frame = ring.random.randbytes(ring.random.choice([1, 27, 28, 40, 60, 5000, 500_000]))
            taken += visitor.say(struct.pack(">i", len(frame)) + frame)
        ring.bytes += taken
        ring.report.check("24 MiB of nonsense in notifications leave their link", not visitor.is_closed(0.2))
        visitor.close()
    visitor = ring.join(NOBODY)
    taken = 0
    while taken < GARBAGE:
        ping = packets.packet(packets.PING, 0, ring.random.randbytes(12 * ring.random.choice([1, 100, 10_000, 80_000])))
        sent = visitor.say(ping)
        taken += sent
        if sent < len(ping):  # it owes acknowledgements
            visitor.close()
            visitor = ring.join(NOBODY)
    ring.bytes += taken
    visitor.close()
    for kind in (packets.REQUEST, packets.REVALIDATE, packets.PING, packets.ACK, packets.ACK_EPOCH, 99):
        for size in (0, 1, 11, 15, 16, 40, 5000):
            visitor = ring.join(NOBODY)
            visitor.say(packets.packet(kind, ring.random.getrandbits(63), ring.random.randbytes(size)))
            visitor.close()


def absurd_lengths(ring):
    lengths = (-LAST - 1 >> 32, -2, -1, 0, 2049, 524_289, 1 << 30, LAST >> 32)
    starts = [struct.pack(">qq", -65536, NOBODY), packets.greeting(packets.ANONYMOUS)]
    for port in open_ports(ring)[1:]:
        for start in starts:
            for length in lengths:
                ring.say(port, start, struct.pack(">i", length), b"x" * 100)
    heads = [struct.pack(">iq", kind, 0) for kind in (packets.FOLLOWER_INFO, packets.REQUEST, packets.PING)]
    counts = [head + b"\xff" * 4 for head in heads]
    texts = [count + struct.pack(">i", 10_000) for count in counts]
    for start in (b"", packets.introduction(NOBODY)):
        for head in heads + counts + texts:
            for length in lengths:
                ring.say(ring.leader.quorum_port, start, head + struct.pack(">i", length), b"x" * 100)


def cuts(whole):
    return (whole[:length] for length in range(len(whole)))


def cut_packets(ring):
    """Every beginning of everything that was recorded: alone, and behind what opens such a connection."""
    everything = recorded("election", "learner", "leader")
    ring.report.check("there are packets to cut", len(everything) > 20, len(everything))
    for port in open_ports(ring):
        for whole in everything:
            for cut in cuts(whole):
                ring.say(port, cut)
    for whole in recorded("election"):
        for cut in cuts(whole):
            for server in (ring.leader, ring.followers[0]):
                ring.say(server.election_port, packets.greeting(packets.ANONYMOUS) + cut)
    for whole in recorded("learner", "leader"):
        for cut in cuts(whole):
            ring.say(ring.leader.quorum_port, packets.introduction(NOBODY) + cut)


def cut_packets_of_a_learner(ring):
    """The same from one that follows, or that is about to."""
    last = ring.leader.zxid()
    for reaches in (packets.NEW_LEADER, packets.UP_TO_DATE):
        for whole in recorded("learner", "leader"):
            for cut in cuts(whole[:60]):
                visitor = ring.join(NOBODY, last, reaches=reaches)
                ring.bytes += visitor.say(cut)
                visitor.close()


def unknown_servers(ring):
    numbers = (NOBODY, 0, -1, -LAST - 1, LAST)
    for number in numbers:
        for observes in (False, True):
            for last in (-LAST - 1, -1, 0, 1, ring.epoch << 32, ring.epoch << 32 | 0xFFFFFFFF, LAST):
                ring.join(number, last, observes, packets.NEW_LEADER).close()
            ring.join(number, None, observes).close()
            for accepted, version in ((0x7FFFFFFE, 0), (0x7FFFFFFF, 0), (0, 5), (0, -1)):
                ring.say(ring.leader.quorum_port, packets.introduction(number, observes, accepted, version))
        for port in open_ports(ring)[1:]:
            ring.say(port, packets.greeting(number), *lies(ring))


def lies(ring):
    """Notifications that would turn an election, were there one."""
    leaders = [*(server.id for server in ring.servers), NOBODY, -1]
    for state in (packets.LOOKING, packets.FOLLOWING, packets.LEADING, packets.OBSERVING, 7):
        for leader in leaders:
            for zxid, round, epoch in ((LAST, LAST, 0x7FFFFFFF), (-1, -LAST - 1, -1), (0, 0, 0), (LAST, 0, LAST)):
                yield packets.notification(state, leader, zxid, round, epoch)


def false_names_in_elections(ring):
    """Takes the place of each server's link to each other one, and lies."""
    for server in (ring.leader, ring.followers[0]):
        for other in ring.servers:
            ring.say(server.election_port, packets.greeting(other.id), *lies(ring))
            ring.say(server.election_port, struct.pack(">q", other.id), *lies(ring))


def false_names_of_learners(ring):
    """The follower whose name it is must dial again; the leader and the other follower do not care."""
    victim = ring.followers[0]
    for accepted, version in ((0x7FFFFFFF, 0), (0, 5)):
        ring.say(ring.leader.quorum_port, packets.introduction(victim.id, False, accepted, version))
    time.sleep(0.1)
    ring.report.check("who cannot follow takes nobody's link", ring.leader.fact("mntr", "zk_synced_followers") == "2")
    for reaches in (packets.LEADER_INFO, packets.NEW_LEADER, packets.UP_TO_DATE):
        for observes in (False, True):
            for name in (ring.leader.id, victim.id):
                impostor = ring.join(name, None, observes, reaches)
                impostor.say(packets.packet(packets.ACK, ring.epoch << 32 | 0x7FFFFFFF))
                ring.report.check(f"who says to be server {name} is sent away", impostor.is_closed(PATIENCE))
                impostor.close()
                wait_for_followers(ring)


def wait_for_followers(ring):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and ring.leader.fact("mntr", "zk_synced_followers") != "2":
        time.sleep(0.01)


def silence(ring):
    """Halves of openings, and nothing: all are closed when their time is up, and others come in meanwhile."""
    halves = {port: packets.greeting(NOBODY)[:17] for port in open_ports(ring)}
    halves[ring.leader.quorum_port] = packets.introduction(NOBODY)[:17]
    visitors = []
    for port, half in halves.items():
        for index in range(230):
            visitor = ring.visit(port)
            if index < 30:
                visitor.say(half)
            visitors.append(visitor)
    open_ones = sum(not visitor.is_closed(0.001) for visitor in visitors)
    ring.report.check("not many are waited for at once", open_ones <= 3 * 64, open_ones)
    impostor = ring.join(ring.followers[0].id, None, False, packets.LEADER_INFO)
    impostor.close()
    wait_for_followers(ring)
    back = ring.leader.fact("mntr", "zk_synced_followers")
    ring.report.equal("a follower that lost its link comes in meanwhile", back, "2")
    end = time.monotonic() + 8
    ring.report.check("all are closed in time", all(visitor.is_closed(max(0.001, end - time.monotonic()))
                                                    for visitor in visitors))
    for visitor in visitors:
        visitor.close()


ON_THE_RING = [
    closed_port, garbage, garbage_in_frames, absurd_lengths, cut_packets, cut_packets_of_a_learner, unknown_servers,
    false_names_in_elections, false_names_of_learners, silence,
]


def peer_ports(kind, report):
    """On an ensemble of its own. Only Aviary's: it is the claim of no other."""
    if kind != "aviary":
        return
    seed = random.randrange(1 << 31)
    print(f"        seed {seed}")
    # Whoever is not listed is let in here, so that all of it is reached.
    ring = Ring(report, seed, reconfigEnabled="true")
    try:
        for attack in ON_THE_RING:
            ring.attack(attack.__name__.replace("_", " "), attack, PATIENCE)
        ring.end()
    finally:
        ring.discard()


def strangers_names(ring):
    """As follower and as observer, on the quorum port; without a number, on the election port too."""
    for number in (NOBODY, -1, LAST):
        for observes in (False, True):
            visitor = ring.visit(ring.leader.quorum_port)
            visitor.say(packets.introduction(number, observes))
            ring.report.check(f"server {number}, which nobody has listed, is sent away", visitor.is_closed(PATIENCE))
            ring.report.check("and has heard nothing of the tree", not visitor.received)
            visitor.close()
    for port in open_ports(ring)[1:]:
        visitor = ring.visit(port)
        visitor.say(packets.greeting(packets.ANONYMOUS))
        ring.report.check("an observer that nobody has listed is sent away", visitor.is_closed(PATIENCE))
        visitor.close()
    for _ in range(300):
        ring.say(ring.leader.quorum_port, packets.introduction(NOBODY))
    said = ring.leader.log.read_text(errors="replace")
    ring.report.check("which is said", f"server {NOBODY}, which the configuration here does not list" in said)
    lines = said.count("a learner is dropped")
    ring.report.check("and not each time", lines <= 20, f"{lines} lines")


def unlisted_servers(kind, report):
    """On an ensemble that lets nobody join."""
    if kind != "aviary":
        return
    ring = Ring(report, random.randrange(1 << 31))
    try:
        ring.attack("strangers' names", strangers_names, PATIENCE)
        ring.end()
    finally:
        ring.discard()


ATTACKS = []
OF_THEIR_OWN = [peer_ports, unlisted_servers]
