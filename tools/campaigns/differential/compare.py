"""Compares what two servers said to one program: reply for reply and event for event, with names and times mapped.

Session ids must correspond one to one, zxids in addition in the same order. Times cannot be compared between servers;
within each server, one zxid must always show the same time.
"""

import bisect
from typing import NamedTuple

import protocol
from exceptions import excuse


class Difference(NamedTuple):
    step: int
    link: str
    reason: str
    request: object
    left: object
    right: object


class Mismatch(Exception):
    """Two values that do not correspond; says where."""


class Correspondence:
    """Which value on the left stands for which on the right."""

    def __init__(self):
        self.sessions, self.sessions_back = {0: 0, -1: -1}, {0: 0, -1: -1}
        self.zxids, self.zxids_back = {0: 0, -1: -1}, {0: 0, -1: -1}
        self.order = [-1, 0]
        self.times = ({}, {})

    def session(self, left, right):
        if self.sessions.setdefault(left, right) != right or self.sessions_back.setdefault(right, left) != left:
            raise Mismatch(f"session {left:#x} is not {right:#x}")

    def zxid(self, left, right):
        if left in self.zxids or right in self.zxids_back:
            if self.zxids.get(left) != right:
                expected = self.zxids.get(left)
                expected = expected if expected is None else hex(expected)
                raise Mismatch(f"zxid {left:#x} is not {right:#x}, was {expected}")
            return
        at = bisect.bisect(self.order, left)
        if at and self.zxids[self.order[at - 1]] >= right:
            raise Mismatch(f"zxid {left:#x} comes later than {right:#x}")
        if at < len(self.order) and self.zxids[self.order[at]] <= right:
            raise Mismatch(f"zxid {left:#x} comes earlier than {right:#x}")
        self.order.insert(at, left)
        self.zxids[left], self.zxids_back[right] = right, left

    def stat(self, left, right):
        for known, stat, side in zip(self.times, (left, right), ("left", "right")):
            for zxid, time in ((stat[0], stat[2]), (stat[1], stat[3])):
                if (zxid == 0) != (time == 0):
                    raise Mismatch(f"{side}: time {time} of zxid {zxid:#x}")
                if known.setdefault(zxid, time) != time:
                    raise Mismatch(f"{side}: two times of zxid {zxid:#x}")

    def value(self, kind, left, right, where):
        """Raises where the two values of a field of `kind` do not correspond."""
        inner = protocol.element(kind)
        if kind == "zxid":
            self.zxid(left, right)
        elif kind == "session":
            self.session(left, right)
        elif kind == "time":
            pass  # Checked with the whole Stat.
        elif kind == "password":
            if len(left) != len(right) or any(left) != any(right):
                raise Mismatch(f"{where}: password")
        elif inner and left is not None and right is not None:
            if kind.startswith("bag"):
                left, right = sorted(left), sorted(right)
            if len(left) != len(right):
                raise Mismatch(f"{where}: {left!r} is not {right!r}")
            for index, pair in enumerate(zip(left, right)):
                self.value(inner, *pair, f"{where}[{index}]")
        elif kind in protocol.SCHEMAS:
            if kind == "Stat":
                self.stat(left, right)
            for (name, of), *pair in zip(protocol.SCHEMAS[kind], left, right, strict=True):
                self.value(of, *pair, f"{where}.{name}")
        elif left != right:
            raise Mismatch(f"{where}: {left!r} is not {right!r}")

    def body(self, kind, left, right):
        if kind != "multi":
            if kind == "raw" and left != right:
                raise Mismatch("bytes of the body")
            return self.value(kind, left, right, kind) if kind not in (None, "raw") else None
        if [entry[:3] for entry in left] != [entry[:3] for entry in right]:
            raise Mismatch(f"multi: {[e[:2] for e in left]} is not {[e[:2] for e in right]}")
        for index, (one, other) in enumerate(zip(left, right)):
            if one[2]:
                self.value(one[2], one[3], other[3], f"[{index}]{one[2]}")

    def entry(self, left, right):
        if left[0] != right[0]:
            raise Mismatch(f"{left[0]} is not {right[0]}")
        if left[0] == "reply":
            _, xid, zxid, err, name, tag, kind, body = left
            if (xid, err, name, tag, kind) != (right[1], *right[3:7]):
                raise Mismatch(f"reply: xid, error, request, body {(xid, err, name, tag, kind)} is not "
                               f"{(right[1], *right[3:7])}")
            self.body(kind, body, right[7])
            self.zxid(zxid, right[2])
        elif left[0] == "event":
            self.value("WatcherEvent", left[2], right[2], "event")
            self.zxid(left[1], right[1])
        elif left[0] == "connect":
            self.value("ConnectResponse", left[1], right[1], "connect")
            if left[2] != right[2]:
                raise Mismatch("the byte for read-only")
        elif left[0] == "closed":
            if left[1] != right[1]:
                raise Mismatch("bytes before the end of the stream")
        elif left != right:
            raise Mismatch(f"{left!r} is not {right!r}")


def ordered(entries, step, is_apache, is_old):
    """Takes out of a session's end what Apache leaves to chance.

    Its ephemerals are deleted in no order: the events of that change are sorted. What is pipelined behind closeSession
    may get a reply, an error or nothing from Apache; from Aviary it must get nothing. The events of 3.8 do not say to
    which change they belong (`is_old`).
    """
    if step[0] == "burst" and any(request[1] == "closeSession" for request in step[2]):
        closed = next((at for at, entry in enumerate(entries) if entry[0] == "reply" and entry[4] == "closeSession"),
                      len(entries))
        if is_apache:
            entries = entries[:closed + 1] + [entry for entry in entries[closed + 1:] if entry[0] != "reply"]
    elif step[0] not in ("expire", "farewell"):
        return entries
    result, run = [], []
    for entry in [*entries, ("end",)]:
        if run and (entry[0] != "event" or not is_old and entry[1] != run[0][1]):
            result += sorted(run, key=lambda event: (event[2][2] or "", event[2][0]))
            run = []
        (run if entry[0] == "event" else result).append(entry)
    return result[:-1]


def request_of(step, entry):
    """The request that an entry answers, or nothing."""
    if entry and entry[0] == "reply" and step[0] in ("burst", "farewell") and isinstance(entry[5], int):
        return step[2][entry[5]]
    return None


def compare(program, left, right, excused, limit=5, releases=("", "")):
    """The first differences; what the list of exceptions explains is counted in `excused` instead."""
    mapping, differences = Correspondence(), []
    for index, step in enumerate(program):
        if index >= min(len(left), len(right)):
            break
        for link in sorted({*left[index], *right[index]}):
            one, other = (ordered(side[index].get(link, []), step, "/" not in release, "3.8.0" in releases)
                          for side, release in zip((left, right), releases))
            for at in range(max(len(one), len(other))):
                pair = [side[at] if at < len(side) else None for side in (one, other)]
                request = request_of(step, pair[0]) or request_of(step, pair[1])
                try:
                    if None in pair:
                        raise Mismatch("one more")
                    mapping.entry(*pair)
                except Mismatch as mismatch:
                    name = excuse(request, *pair, str(mismatch), releases)
                    if name:
                        excused[name] = excused.get(name, 0) + 1
                        continue
                    differences.append(Difference(index, link, str(mismatch), request, *pair))
                    if len(differences) >= limit:
                        return differences
    return differences
