"""Programs written by hand, for what chance does not meet: time."""

from choices import OPEN

HELLO = {"session": None, "password": "zero", "timeout": 300000, "seen": 0, "readOnly": 0}


def steps(*script):
    """Each part is a step, or (link, name, record) for a request of its own."""
    xid, made = 0, [("open", "a", HELLO), ("open", "b", HELLO), ("burst", "b", [(1, "addWatch", ("/", 1), None)])]
    for part in script:
        xid += 1
        made.append(part if part[0] == "pause" else ("burst", part[0], [(xid, part[1], part[2], None)]))
    return made


def seen(*paths):
    return [("a", "exists", (path, 0)) for path in paths] + [("a", "getChildren2", ("/", 0))]


#: Containers and outlived znodes go, one at a time, since their order is not determined.
SWEEPING = steps(
    ("a", "createContainer", ("/box", b"", OPEN, 4)), ("a", "createContainer", ("/never", b"", OPEN, 4)),
    ("a", "create", ("/box/thing", b"", OPEN, 0)), ("pause", 1), *seen("/box"),
    ("a", "delete", ("/box/thing", -1)), ("pause", 1), *seen("/box", "/never"),
    ("a", "createTTL", ("/short", b"", OPEN, 5, 300)), ("pause", 1.2), *seen("/short"),
    ("a", "createTTL", ("/parent", b"", OPEN, 5, 300)), ("a", "create", ("/parent/child", b"", OPEN, 0)),
    ("pause", 1.2), *seen("/parent"), ("a", "delete", ("/parent/child", -1)), ("pause", 1), *seen("/parent"),
    ("a", "createTTL", ("/renewed", b"", OPEN, 5, 2000)), ("pause", 1), ("a", "setData", ("/renewed", b"again", -1)),
    ("pause", 1.3), *seen("/renewed"), ("pause", 1.7), *seen("/renewed"),
    ("a", "createTTL", ("/sequence-", b"", OPEN, 6, 300)), ("pause", 1.2), *seen("/sequence-0000000005"),
)

SCRIPTS = {"sweeping": ({"znode.container.checkIntervalMs": "100"}, SWEEPING)}
