"""The bytes that servers exchange among themselves: quorum packets, the election port's greeting and notifications."""

import struct

REQUEST, PROPOSAL, ACK, COMMIT, PING, REVALIDATE, SYNC, INFORM = 1, 2, 3, 4, 5, 6, 7, 8
NEW_LEADER, FOLLOWER_INFO, UP_TO_DATE, DIFF, TRUNCATE, SNAPSHOT = 10, 11, 12, 13, 14, 15
OBSERVER_INFO, LEADER_INFO, ACK_EPOCH = 16, 17, 18
NAMES = {
    1: "request", 2: "proposal", 3: "acknowledgement", 4: "commit", 5: "ping", 6: "revalidate", 7: "sync", 8: "inform",
    9: "commitAndActivate", 10: "newLeader", 11: "followerInfo", 12: "upToDate", 13: "diff", 14: "truncate",
    15: "snapshot", 16: "observerInfo", 17: "leaderInfo", 18: "acknowledgeEpoch", 19: "informAndActivate",
}
LOOKING, FOLLOWING, LEADING, OBSERVING = 0, 1, 2, 3
ANONYMOUS = 2**63 - 1  # the number of an observer that has none


def packet(kind, zxid=0, data=None):
    return struct.pack(">iq", kind, zxid) + (
        b"\xff" * 4 if data is None else struct.pack(">i", len(data)) + data) + b"\xff" * 4


def introduction(server, observes=False, accepted=0, version=0):
    """What a learner says first."""
    data = struct.pack(">qiq", server, 0x10000, version)
    return packet(OBSERVER_INFO if observes else FOLLOWER_INFO, accepted << 32, data)


def greeting(server, address=b"127.0.0.1:1"):
    """What an election link begins with, from the one who dialed."""
    return struct.pack(">qqi", -65536, server, len(address)) + address


def notification(state, leader, zxid, round, epoch, configuration=b"version=0"):
    """With the length in front of it."""
    body = struct.pack(">iqqqqi", state, leader, zxid, round, epoch, 2)
    body += struct.pack(">i", len(configuration)) + configuration
    return struct.pack(">i", len(body)) + body


def split(stream):
    """The whole packets at the beginning of a stream, as (kind, zxid, data, bytes); ends behind a snapshot's."""
    at = 0
    while at + 16 <= len(stream):
        kind, zxid, length = struct.unpack_from(">iqi", stream, at)
        end = at + 16 + max(0, length)
        if end + 4 > len(stream):
            return
        data = bytes(stream[at + 16 : end]) if length >= 0 else None
        (count,) = struct.unpack_from(">i", stream, end)
        end += 4
        for _ in range(max(0, count) * 2):
            if end + 4 > len(stream):
                return
            end += 4 + max(0, struct.unpack_from(">i", stream, end)[0])
        if end > len(stream):
            return
        yield kind, zxid, data, bytes(stream[at:end])
        if kind == SNAPSHOT:
            return
        at = end


def split_frames(stream):
    """The whole frames at the beginning of a stream, with their lengths."""
    at = 0
    while at + 4 <= len(stream):
        end = at + 4 + struct.unpack_from(">i", stream, at)[0]
        if end > len(stream):
            return
        yield bytes(stream[at:end])
        at = end
