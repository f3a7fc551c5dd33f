"""A client that writes as fast as it is answered and keeps a record of what it was told."""

import collections
import random
import threading

from harness import client, wire

from model import Operation, Step, Subtree, Znode

PIPELINE = 48  # requests under way at most
LIVE_TIMEOUT = 30000  # ms; longer than any restart, so that the session must survive it
LARGEST_SUBTREE = 120  # znodes, so that reading it back stays quick


class Writer:
    def __init__(self, node, name, seed, report):
        self.node = node
        self.name = name
        self.random = random.Random(seed)
        self.report = report  # called with a sentence for every violation
        self.client = client.Client(node.address, timeout=LIVE_TIMEOUT)
        self.session, self.password = self.client.session, self.client.password
        root = f"/crash/{name}"
        created = self.client.create(root)
        self.known = Subtree(root, self.session, created.zxid)  # after everything acknowledged
        self.ahead = None  # after everything sent as well: what the next operations are made from
        self.unanswered = collections.deque()
        self.last_zxid = 0
        self.acknowledged = 0
        self.counter = 0

    # What to write.

    def _some(self):
        children = [path for path in self.ahead.znodes if path != self.ahead.root]
        return self.random.choice(children) if children else self.ahead.root + "/none"

    def _fresh(self):
        self.counter += 1
        above = self.ahead.root
        if self.random.random() < 0.3:
            candidate = self._some()
            znode = self.ahead.znodes.get(candidate)
            above = candidate if znode and not znode.ephemeral_owner and candidate.count("/") < 5 else above
        return f"{above}/n{self.counter}"

    def _data(self):
        size = self.random.choice([0, 10, 100, 100, 1000, 5000])
        return self.random.randbytes(size)

    def _step(self, in_multi=False):
        choice = self.random.random()
        if len(self.ahead.znodes) > LARGEST_SUBTREE:
            choice = 0.9 if choice < 0.6 else choice
        if choice < 0.2:
            return Step(wire.CREATE, self._fresh(), self._data())
        if choice < 0.3:
            return Step(wire.CREATE2, self._fresh(), self._data())
        if choice < 0.4:
            return Step(wire.CREATE, self.ahead.root + "/s-", self._data(), wire.SEQUENTIAL)
        if choice < 0.45:
            return Step(wire.CREATE, self._fresh(), self._data(), wire.EPHEMERAL)
        if choice < 0.5:
            return Step(wire.CREATE, self.ahead.root + "/e-", self._data(), wire.EPHEMERAL_SEQUENTIAL)
        path = self._some()
        znode = self.ahead.znodes.get(path)
        version = self.random.choice([-1, znode.version if znode else 0, 77 if choice > 0.97 else -1])
        if choice < 0.75:
            return Step(wire.SET_DATA, path, self._data(), version=version)
        if choice > 0.96 and in_multi:
            return Step(wire.CHECK, path, version=version)
        return Step(wire.DELETE, path, version=version)

    def _operation(self):
        if self.random.random() < 0.85:
            operation = Operation([self._step()])
            self.ahead.apply(operation)
            return operation
        before = self.ahead.copied()
        steps = []
        for _ in range(self.random.randint(1, 6)):
            steps.append(self._step(in_multi=True))
            self.ahead.apply(Operation([steps[-1]]))  # later steps build on the earlier ones
        self.ahead = before
        operation = Operation(steps, is_multi=True)
        self.ahead.apply(operation)
        return operation

    # Writing.

    def run(self):
        """Writes until the connection breaks."""
        self.ahead = self.known.copied()
        try:
            while True:
                room = PIPELINE - len(self.unanswered)
                burst = self.random.randint(1, room) if room else 0
                operations = [self._operation() for _ in range(burst)]
                for operation in operations:
                    self.unanswered.append((self.client.queue(*operation.request()), operation))
                self.client.flush()
                for _ in range(self.random.randint(1, len(self.unanswered))):
                    self._acknowledge(self.client.reply())
        except client.Lost:
            self.client.close()

    def start(self):
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def _acknowledge(self, reply):
        xid, operation = self.unanswered.popleft()
        if reply.xid != xid:
            self.report(f"{self.name}: answer to xid {reply.xid} where {xid} was next")
        if reply.zxid <= self.last_zxid:
            self.report(f"{self.name}: write answered with zxid {reply.zxid:#x} after {self.last_zxid:#x}")
        self.last_zxid = reply.zxid
        self.acknowledged += 1
        expected = self.known.apply(operation, reply.zxid)
        results = self._results(reply, operation)
        told = [(error, path) for error, path, _ in results]
        if [error for error, _ in told] != [error for error, _ in expected]:
            self.report(f"{self.name}: {operation} answered {told}, expected {expected}")
            return
        for (error, path, stat), (_, expected_path), step in zip(results, expected, operation.steps):
            if error == wire.OK and path is not None and path != expected_path:
                self.report(f"{self.name}: created {path}, expected {expected_path}")
            if error == wire.OK and stat is not None and not operation.is_multi:
                if mismatch := self.known.note(expected_path, stat):
                    self.report(f"{self.name}: acknowledged {operation}, but {mismatch}")

    def _results(self, reply, operation):
        """(error, created path, stat) for every step."""
        if operation.is_multi:
            if reply.error:
                return [(reply.error, None, None)] * len(operation.steps)
            results = []
            for _, error, value in reply.body.results():
                value = value if isinstance(value, tuple) and not isinstance(value, wire.Stat) else (value, None)
                path, stat = (None, value[0]) if isinstance(value[0], wire.Stat) else value
                results.append((error, path, stat))
            return results
        step = operation.steps[0]
        if reply.error:
            return [(reply.error, None, None)]
        path = reply.body.string() if step.kind in (wire.CREATE, wire.CREATE2) else None
        stat = reply.body.stat() if step.kind in (wire.CREATE2, wire.SET_DATA) else None
        return [(wire.OK, path, stat)]

    # After the crash.

    def recover(self):
        """Re-attaches, reads everything back and finds out what was done; (unanswered, of these done)."""
        try:
            self.client = client.Client(
                self.node.address, LIVE_TIMEOUT, self.session, self.password, last_zxid=self.last_zxid
            )
        except client.Refused:
            self.report(f"{self.name}: its session {self.session:#x} is gone, though it lives {LIVE_TIMEOUT} ms")
            raise
        if (self.client.session, self.client.password) != (self.session, self.password):
            self.report(f"{self.name}: session or password changed on re-attaching")
        found, zxid = self._read_back()
        if zxid < self.last_zxid:
            self.report(f"{self.name}: the server is at zxid {zxid:#x}, but acknowledged {self.last_zxid:#x}")
        done = self._match(found)
        unanswered = len(self.unanswered)
        self.unanswered.clear()
        return unanswered, done

    def _read_back(self):
        """Every znode below the root with data and stat, and the zxid the server says it has reached."""
        found, level, zxid = {}, [self.known.root], 0
        while level:
            for path in level:
                self.client.queue(wire.GET_DATA, wire.read(path))
                self.client.queue(wire.GET_CHILDREN, wire.read(path))
            self.client.flush()
            below = []
            for path in level:
                data, children = self.client.reply(), self.client.reply()
                zxid = children.zxid
                if data.error or children.error:
                    continue
                found[path] = (data.body.buffer(), data.body.stat())
                below += [f"{path}/{child}" for child in children.body.strings()]
            level = below
        return found, zxid

    def _match(self, found):
        candidate = self.known.copied()
        first = difference = candidate.difference(found)
        done = 0
        for _, operation in self.unanswered:
            if difference is None:
                # The next ones may leave no trace (failed requests): it makes no difference which is taken.
                break
            candidate.apply(operation)
            done += 1
            difference = candidate.difference(found)
        if difference is not None:
            self.report(
                f"{self.name}: what is there is not the acknowledged state plus the first of {len(self.unanswered)} "
                f"unanswered requests; against the acknowledged state: {first}"
            )
            candidate = self._as_found(found)
        else:
            self._check_zxids(candidate, found)
            candidate.adopt(found)
        self.known = candidate
        return done

    def _check_zxids(self, candidate, found):
        """What was done without an answer must be newer than everything answered."""
        for path, znode in candidate.znodes.items():
            stat = found[path][1]
            for name in ("czxid", "mzxid", "pzxid"):
                if getattr(znode, name) is None and getattr(stat, name) <= self.last_zxid:
                    self.report(f"{self.name}: {path} has {name} {getattr(stat, name):#x}, not newer")

    def _as_found(self, found):
        """After a violation: goes on from what is there, so that one fault is not reported in every round."""
        subtree = Subtree(self.known.root, self.session)
        for path, (data, stat) in found.items():
            subtree.znodes[path] = Znode(data, created_children=(stat.cversion + stat.children) // 2)
        subtree.adopt(found)
        return subtree
