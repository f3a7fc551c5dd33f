"""What one writer's subtree must look like: the rules of ZooKeeper's tree, for one writer and one subtree.

A writer is the only one who writes below its root and sends over one connection, so the server must execute its
requests in order. After a crash the subtree is therefore the model after all acknowledged requests and the first k
of those whose answer never came, for one k: nothing else, and nothing in part.
"""

import copy
import dataclasses

from harness import wire

# What a znode is compared by; None in the model means: not known (its answer never came), anything will do.
COMPARED = ("version", "cversion", "ephemeral_owner", "children", "czxid", "mzxid", "pzxid", "ctime", "mtime")


@dataclasses.dataclass
class Znode:
    data: bytes
    ephemeral_owner: int = 0
    version: int = 0
    created_children: int = 0
    children: int = 0
    czxid: int | None = None
    mzxid: int | None = None
    pzxid: int | None = None
    ctime: int | None = None
    mtime: int | None = None

    @property
    def cversion(self):
        return 2 * self.created_children - self.children


@dataclasses.dataclass
class Step:
    """One operation; several in one Operation are a multi."""

    kind: int
    path: str
    data: bytes = b""
    flags: int = 0
    version: int = -1

    def record(self):
        if self.kind in (wire.CREATE, wire.CREATE2):
            return wire.create(self.path, self.data, self.flags)
        if self.kind == wire.SET_DATA:
            return wire.set_data(self.path, self.data, self.version)
        return wire.delete(self.path, self.version)  # check has the same record


@dataclasses.dataclass
class Operation:
    steps: list
    is_multi: bool = False

    def request(self):
        if self.is_multi:
            return wire.MULTI, wire.multi([(step.kind, step.record()) for step in self.steps])
        return self.steps[0].kind, self.steps[0].record()

    def __str__(self):
        names = {1: "create", 15: "create2", 2: "delete", 5: "set", 13: "check"}
        return "; ".join(f"{names[s.kind]} {s.path} v{s.version} f{s.flags}" for s in self.steps)


def parent(path):
    return path.rpartition("/")[0]


class Subtree:
    def __init__(self, root, session, zxid=None):
        self.root = root
        self.session = session
        self.znodes = {root: Znode(b"", czxid=zxid, mzxid=zxid, pzxid=zxid)}

    def copied(self):
        other = copy.copy(self)
        other.znodes = dict(self.znodes)  # a Znode is never changed in place
        return other

    def apply(self, operation, zxid=None):
        """Executes all steps or none; the expected results as (error, path) in order."""
        before = self.znodes
        self.znodes = dict(before)
        results, failed = [], False
        for step in operation.steps:
            error, path = (wire.RUNTIME_INCONSISTENCY, None) if failed else self._step(step, zxid)
            if error and not failed:
                failed = True
                results = [(wire.OK, None)] * len(results)
            results.append((error, path))
        if failed:
            self.znodes = before
        return results

    def _step(self, step, zxid):
        if step.kind in (wire.CREATE, wire.CREATE2):
            return self._create(step, zxid)
        znode = self.znodes.get(step.path)
        if znode is None:
            return wire.NO_NODE, None
        if step.version not in (-1, znode.version):
            return wire.BAD_VERSION, None
        if step.kind == wire.SET_DATA:
            self.znodes[step.path] = dataclasses.replace(
                znode, data=step.data, version=znode.version + 1, mzxid=zxid, mtime=None
            )
        elif step.kind == wire.DELETE:
            if znode.children:
                return wire.NOT_EMPTY, None
            del self.znodes[step.path]
            above = self.znodes[parent(step.path)]
            self.znodes[parent(step.path)] = dataclasses.replace(above, children=above.children - 1, pzxid=zxid)
        return wire.OK, step.path

    def _create(self, step, zxid):
        above = self.znodes.get(parent(step.path))
        if above is None:
            return wire.NO_NODE, None
        path = step.path + (f"{above.created_children:010d}" if step.flags & wire.SEQUENTIAL else "")
        if path in self.znodes:
            return wire.NODE_EXISTS, None
        owner = self.session if step.flags & wire.EPHEMERAL else 0
        self.znodes[path] = Znode(step.data, ephemeral_owner=owner, czxid=zxid, mzxid=zxid, pzxid=zxid)
        self.znodes[parent(path)] = dataclasses.replace(
            above, created_children=above.created_children + 1, children=above.children + 1, pzxid=zxid
        )
        return wire.OK, path

    def note(self, path, stat):
        """Takes the times from an acknowledgement, as they must stay the same for ever; what else it says must fit."""
        self.znodes[path] = dataclasses.replace(self.znodes[path], ctime=stat.ctime, mtime=stat.mtime)
        return self.mismatch(path, stat)

    def mismatch(self, path, stat):
        for name in COMPARED:
            expected = getattr(self.znodes[path], name)
            if expected is not None and getattr(stat, name) != expected:
                return f"{path} has {name} {getattr(stat, name)}, not {expected}"
        return None

    def difference(self, found):
        """The first thing in which `found` (path: (data, stat)) is not this subtree; None when nothing is."""
        for path in sorted(self.znodes.keys() | found.keys()):
            if path not in found:
                return f"{path} is missing"
            if path not in self.znodes:
                return f"{path} should not be there: {found[path][1]}"
            data, stat = found[path]
            if data != self.znodes[path].data:
                return f"{path} has the data {data!r:.60}, not {self.znodes[path].data!r:.60}"
            if mismatch := self.mismatch(path, stat):
                return mismatch
        return None

    def adopt(self, found):
        """Takes over zxids and times that were not known, from a subtree that matched."""
        for path, (_, stat) in found.items():
            self.znodes[path] = dataclasses.replace(
                self.znodes[path], **{name: getattr(stat, name) for name in COMPARED if name != "cversion"}
            )
