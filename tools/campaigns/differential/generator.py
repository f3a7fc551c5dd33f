"""A seed and what the oracle answers become a program: the same list of steps for every server.

Steps (plain tuples, `link` names a connection):
  ("open", link, {session, password, timeout, readOnly, seen})   a handshake
  ("burst", link, [(xid, name, record, damage)])                  requests, written at once
  ("farewell", link, requests)   requests and the end of the stream at once; only their effect counts
  ("drop", link)                 the connection ends, the session lives on
  ("expire", link)               silence until the server ends the session
  ("raw", bytes)                 bytes on a connection of their own, which then ends
  ("poke", link, bytes)          bytes that are no request
  ("restart",)                   the server is killed and started again
  ("pause", seconds)             time passes (only in written programs)
Only one connection writes within a step. Symbols (`Symbol`) stand for what only a server knows.
"""

import random
from typing import NamedTuple

import choices
import protocol
from operations import Operations
from sketch import Sketch


class Symbol(NamedTuple):
    """`zxid`: the header zxid seen `back` changes ago, plus `delta`; `session`, `password`: those of `link`."""

    kind: str
    link: str = ""
    back: int = 0
    delta: int = 0


class Generator:
    def __init__(self, seed, requests, links=5, pipelined=True, is_old=False, restarts=()):
        """`restarts` says after which shares of the requests the server is killed."""
        self.random = random.Random(seed)
        self.wanted, self.made = requests, 0
        self.pipelined, self.restarts = pipelined, restarts
        self.sketch = Sketch()
        self.operations = Operations(self.random, self.sketch, is_old, is_counted=not pipelined)
        self.links = [f"c{number}" for number in range(links)]
        self.live, self.dropped, self.closed = [], [], []
        self.ended, self.owners = [], {}
        self.xids, self.opened = {}, 0
        self.steps = []

    def program(self, perform):
        """Makes steps, has each one performed by the oracle, and learns from what arrived; returns all steps."""
        self.start()
        done = 0
        while self.made < self.wanted or done < len(self.steps):
            if done == len(self.steps):
                self.advance()
            step = self.steps[done]
            self.learn(step, perform(step))
            done += 1
        return self.steps

    def start(self):
        for link in self.links:
            self.open_new(link)
        if self.random.random() < 0.8:
            self.steps.append(("burst", self.links[0], [(-4, "auth", (0, "digest", b"super:admin"), None)]))

    def advance(self):
        before = self.made
        self.operations.sketch = self.sketch.copied()
        self.step()
        if self.passed(before, (0.35, 0.8)):
            self.expire()
        if self.passed(before, self.restarts):
            self.steps.append(("restart",))
            self.dropped += self.live
            self.live = []
        while len(self.live) < len(self.links):
            self.revive()

    def passed(self, before, shares):
        return any(before < int(self.wanted * share) <= self.made for share in shares)

    def learn(self, step, arrived):
        if step[0] == "burst":
            for entry in arrived.get(step[1], []):
                if entry[0] == "reply" and entry[3] == 0 and isinstance(entry[5], int):
                    _, name, record, damage = step[2][entry[5]]
                    if damage is None or damage[0] == "tail":
                        self.sketch.learn(name, record, entry[6:8], self.owner_of(step[1]))
        elif step[0] == "farewell":
            for _, name, record, _ in step[2]:
                self.sketch.apply(name, record, self.owner_of(step[1]))
        for link in self.ended:
            self.sketch.close(self.owner_of(link))
        self.ended = []

    def owner_of(self, link):
        """The name under which a session began, whatever connection carries it now."""
        return self.owners.get(link, link)

    def step(self):
        link = self.random.choice(self.live)
        roll = self.random.random()
        if roll < 0.78:
            self.burst(link)
        elif roll < 0.88:
            self.alone(link, self.operations.alone())
        elif roll < 0.91:
            self.burst(link, ending="closeSession")
        elif roll < 0.94:
            self.quota(link)
        elif roll < 0.965:
            self.live.remove(link)
            self.dropped.append(link)
            self.steps.append(("drop", link))
        elif roll < 0.98:
            self.reattach(link)
        elif roll < 0.99:
            self.farewell(link)
        elif roll < 0.995:
            self.steps.append(("raw", self.random.choice(choices.GARBAGE)))
            self.made += 1
        else:
            self.steps.append(("poke", link, self.random.choice(choices.NO_REQUESTS)))
            self.live.remove(link)
            self.dropped.append(link)

    def xid(self, link):
        if self.random.random() < 0.03:
            return self.random.choice([0, -8, -3, 5, 2147483647, -2147483648])
        self.xids[link] = self.xids.get(link, 0) + 1
        return self.xids[link]

    def requests(self, link, count):
        made = []
        for _ in range(count):
            name, record = self.operations.ordinary(link, self.symbol)
            damage = None
            if self.random.random() < 0.04 and not self.operations.is_old:
                damage = self.damage(name, record)
            if damage is None or damage[0] == "tail":
                self.operations.foresee(link, name, record)
            made.append((self.xid(link), name, record, damage))
            if name == "setACL":
                break  # Until it is applied, Apache checks what follows against the old list, or against the new one.
        self.made += len(made)
        return made

    def burst(self, link, ending=None):
        requests = self.requests(link, self.random.choice([1, 1, 2, 3, 5, 8, 13, 20, 30]))
        if ending:
            requests.append((self.xid(link), ending, None, None))
            requests += [(self.xid(link), "getData", ("/", 0), None)] * self.random.choice([0, 0, 1])
            self.made += 1
            self.end(link)
        self.append_burst(link, requests)

    def append_burst(self, link, requests):
        if self.pipelined:
            self.steps.append(("burst", link, requests))
        else:
            self.steps += [("burst", link, [request]) for request in requests]

    def farewell(self, link):
        requests = self.requests(link, self.random.choice([1, 4]) if self.pipelined else 1)
        if self.random.random() < 0.5:
            requests.append((self.xid(link), "closeSession", None, None))
            self.end(link)
        else:
            self.live.remove(link)
            self.dropped.append(link)
        self.steps.append(("farewell", link, requests))

    def alone(self, link, operation):
        """A request that Apache answers out of band, or that ends the connection."""
        name, record, ends = operation
        self.steps.append(("burst", link, [(self.xid(link), name, record, None)]))
        self.made += 1
        if ends:
            self.live.remove(link)
            self.dropped.append(link)

    def quota(self, link):
        requests = [(self.xid(link), name, record, None) for name, record in self.operations.quota()]
        for _, name, record, _ in requests:
            self.operations.foresee(link, name, record)
        self.made += len(requests)
        self.append_burst(link, requests)

    def end(self, link):
        self.live.remove(link)
        self.closed.append(link)
        self.ended.append(link)

    def expire(self):
        """One session falls silent: a new one with the shortest timeout, so that nobody waits long."""
        name = self.fresh_name()
        self.open_new(name, timeout=self.random.choice([0, 1, -5, 1000]))
        self.steps.append(("burst", name, self.requests(name, 6) + [
            (self.xid(name), "create", (f"/expires-{self.opened}", b"", choices.OPEN, 1), None),
            (self.xid(name), "create", (f"/expires-too-{self.opened}", b"", choices.OPEN, 1), None)]))
        self.steps.append(("expire", name))
        self.end(name)

    def fresh_name(self):
        self.opened += 1
        return f"n{self.opened}"

    def open_new(self, link, timeout=None):
        """Timeouts are longer than any run, lest forgotten sessions end at a time that nobody determines."""
        timeout = self.random.choice([300000, 300000, 600000, 2147483647, 456789]) if timeout is None else timeout
        password = self.random.choice(["zero", "zero", "none", "short", "empty"])
        self.open(link, None, password, timeout)
        self.live.append(link)

    def open(self, link, session, password, timeout, seen=0):
        self.steps.append(("open", link, {
            "session": session, "password": password, "timeout": timeout, "seen": seen,
            "readOnly": self.random.choice([0, 0, 0, 1, None])}))
        self.made += 1

    def reattach(self, link):
        """The session of a live connection moves to a new one; the old one must end."""
        name = self.fresh_name()
        self.open(name, link, "own", self.random.choice([300000, 200000]), seen=self.seen())
        self.xids[name] = 1000
        self.live[self.live.index(link)] = name
        self.owners[name] = self.owner_of(link)

    def revive(self):
        """A lost connection comes back in one of many ways, or another client takes its place."""
        name, roll = self.fresh_name(), self.random.random()
        if self.dropped and roll < 0.7:
            link = self.dropped.pop(self.random.randrange(len(self.dropped)))
            if roll < 0.1:
                self.open(self.fresh_name(), link, self.random.choice(["zero", "short", "none", "long"]), 300000)
            if roll < 0.2:
                self.open(self.fresh_name(), link, "own", 300000, seen=1 << 60)
            self.open(name, link, "own", self.random.choice([300000, 250000]), seen=self.seen())
            self.owners[name] = self.owner_of(link)
            self.live.append(name)
        elif self.closed and roll < 0.8:
            self.open(name, self.closed.pop(), "own", 300000)
        elif roll < 0.85:
            self.open(name, self.random.choice([-1, 0x1234567890, 1]), "zero", 300000)
        else:
            self.open_new(name)

    def seen(self):
        return self.random.choice([0, Symbol("zxid", back=0), Symbol("zxid", back=3)])

    def symbol(self):
        return Symbol("zxid", back=self.random.choice([0, 0, 1, 2, 5, 20]), delta=self.random.choice([-1, 0, 0, 1]))

    def damage(self, name, record):
        """("cut", length) | ("patch", at, bytes) | ("tail", bytes), or nothing when the body has no place for it."""
        body = protocol.encode_body(name, plain(record))
        if self.random.random() < 0.25 or not body:
            return ("tail", self.random.randbytes(self.random.randint(1, 9)))
        if name in protocol.REQUESTS and name != "createTTL" and self.random.random() < 0.5:
            reader = protocol.Reader(body)
            reader.decode(protocol.REQUESTS[name])
            if reader.counts and not name.startswith("setWatches"):  # See `exceptions.py`.
                return ("patch", self.random.choice(reader.counts), self.random.choice(choices.ABSURD_COUNTS))
        return ("cut", self.random.randrange(len(body)))


def plain(record):
    """The record with every symbol replaced by zero, which has the same length."""
    if isinstance(record, Symbol):
        return 0
    if isinstance(record, (tuple, list)):
        return type(record)(plain(item) for item in record)
    return record
