"""Records what a real server says: golden frames of every opcode and reply form, and its transactions.

Files are written to the folder that is named: `c2s|s2c <opcode-name> <hex of the frame with its length>`, and
`txn <type-name> <hex of the payload>`.
"""

import os
import struct
import sys
import time

import protocol
from connection import Connection
from server import Server

OPEN = [(31, ("world", "anyone"))]
MINE = [(31, ("auth", ""))]
TRANSACTIONS = {1: "create", 2: "delete", 5: "setData", 7: "setACL", 14: "multi", 15: "create2", 19: "createContainer",
                20: "deleteContainer", 21: "createTTL", -1: "error", -10: "createSession", -11: "closeSession"}


class Recording:
    """One file of golden frames, made by scripts of one server."""

    def __init__(self, server):
        self.server, self.lines = server, []

    def client(self, timeout=30000, session=0, password=bytes(16), read_only=0, seen=0):
        link = Connection(self.server.port, lambda *line: self.lines.append(line))
        link.connect((0, seen, timeout, session, password), read_only)
        link.settle()
        return link

    def write(self, folder, name):
        with open(os.path.join(folder, name + ".hex"), "w") as file:
            file.writelines(f"{way} {what} {frame.hex()}\n" for way, what, frame in self.lines)


def record_handshake(recording):
    first = recording.client()
    first.call("ping", xid=-2)
    first.call("closeSession", xid=7)
    without_byte = recording.client(read_only=None)
    again = recording.client(session=without_byte.session, password=without_byte.password, timeout=5000)
    again.call("whoAmI", xid=1)
    recording.client(session=0x123456789, password=bytes(16))
    recording.client(session=again.session, password=bytes(16), read_only=None)
    recording.client(timeout=0).call("closeSession", xid=1)


def record_tree(recording):
    link = recording.client()
    script = [
        ("create", ("/a", b"hi", OPEN, 0)), ("create", ("/a/nothing", None, OPEN, 0)),
        ("create", ("/a/empty", b"", OPEN, 0)), ("create2", ("/a/b", b"data", OPEN, 0)),
        ("create", ("/e", b"gone soon", OPEN, 1)), ("create2", ("/a/q-", b"", OPEN, 2)),
        ("create", ("/a/l-", b"", OPEN, 3)), ("createContainer", ("/c", b"", OPEN, 4)),
        ("createTTL", ("/t", b"ttl", OPEN, 5, 3600000)), ("createTTL", ("/t-", None, OPEN, 6, 1099511627775)),
        ("exists", ("/a", 0)), ("getData", ("/a", 0)), ("getData", ("/a/nothing", 0)), ("getData", ("/a/empty", 0)),
        ("setData", ("/a", b"more", 0)), ("setData", ("/a", None, -1)), ("getACL", ("/a",)),
        ("setACL", ("/a", [(1, ("world", "anyone")), (31, ("ip", "127.0.0.1/8"))], 0)), ("getACL", ("/a",)),
        ("getChildren", ("/a", 0)), ("getChildren", ("/a/b", 0)), ("getChildren2", ("/", 0)),
        ("getChildren2", ("/a", 0)), ("getAllChildrenNumber", ("/",)), ("getEphemerals", ("/",)),
        ("getEphemerals", (None,)), ("sync", ("/a",)), ("sync", (None,)), ("delete", ("/a/nothing", 0)),
        ("delete", ("/a/empty", -1)), ("create", ("/héllo ☃", "wörld".encode(), OPEN, 0)),
        ("getData", ("/zookeeper/config", 0)), ("ping", None), ("whoAmI", None), ("closeSession", None),
    ]
    for xid, (name, record) in enumerate(script, 1):
        link.call(name, record, xid)


def record_errors(recording):
    link = recording.client()
    link.call("create", ("/err", b"", OPEN, 0), 1)
    link.call("create", ("/err/e", b"", OPEN, 1), 2)
    link.call("create", ("/locked", b"", [(1, ("world", "anyone"))], 0), 3)
    script = [
        ("getData", ("/none", 0)), ("delete", ("/none", -1)), ("delete", ("/err", -1)), ("delete", ("/err/e", 9)),
        ("create", ("/err", b"", OPEN, 0)), ("create", ("/err/e/x", b"", OPEN, 0)), ("create", ("/x", b"", None, 0)),
        ("create", ("x", b"", OPEN, 0)), ("create", ("/y", b"", OPEN, 99)), ("setData", ("/locked", b"", -1)),
        ("setACL", ("/err", [(31, ("nobody", "x"))], -1)), ("exists", ("/none", 0)), ("removeWatches", ("/none", 3)),
        ("checkWatches", ("/none", 1)), ("reconfig", ("", "3", None, -1)), ("addWatch", ("/err", 7)),
        ("create", b"\0\0\0\x7f/short"), ("setWatches", b"\0\0"), ("multi", b"\0\0\0\1\0"),
        ("createTTL", ("/ttl", b"", OPEN, 5, 0)), ("getACL", ("/none",)),
    ]
    for xid, (name, record) in enumerate(script, 4):
        link.call(name, record, xid)
    for code in (0, 13, 77):
        link = recording.client()
        link.send(link.frame("unknown", 1, protocol.encode("PathVersionRequest", ("/err", -1)), code))
        link.settle()
    link = recording.client()
    link.call("auth", (0, "nobody", b"x"), -4)


def record_multi(recording):
    link = recording.client()
    lists = [
        ("multi", [("create", ("/m", b"1", OPEN, 0)), ("create2", ("/m/a", b"2", OPEN, 2)), ("check", ("/m", 0)),
                   ("setData", ("/m", b"3", 0)), ("createContainer", ("/m/c", b"", OPEN, 4)),
                   ("createTTL", ("/m/t", b"", OPEN, 5, 60000)), ("delete", ("/m/c", -1))]),
        ("multi", [("create", ("/m/x", b"", OPEN, 0)), ("check", ("/m", 9)), ("delete", ("/m/x", -1))]),
        ("multi", []), ("multi", [("create", ("/m", b"1", OPEN, 0))]), ("multi", [("getData", ("/m", 0))]),
        ("multi", [("create", ("/m/e-", b"", OPEN, 3)), ("create", ("/m/e-", b"", OPEN, 3))]),
        ("multiRead", [("getData", ("/m", 0)), ("getChildren", ("/m", 0)), ("getData", ("/none", 0))]),
        ("multiRead", []), ("multiRead", [("create", ("/m/r", b"", OPEN, 0))]),
    ]
    for xid, (name, record) in enumerate(lists, 1):
        link.call(name, record, xid)


def record_watches(recording):
    watcher, writer = recording.client(), recording.client()
    writer.call("create", ("/w", b"", OPEN, 0), 1)
    script = [
        (watcher, "getData", ("/w", 1)), (watcher, "exists", ("/w/new", 1)), (watcher, "getChildren", ("/w", 1)),
        (watcher, "getChildren2", ("/", 1)), (watcher, "addWatch", ("/w/p", 0)), (watcher, "addWatch", ("/", 1)),
        (writer, "setData", ("/w", b"1", -1)), (writer, "create", ("/w/new", b"", OPEN, 0)),
        (writer, "create", ("/w/p", b"", OPEN, 1)), (writer, "delete", ("/w/new", -1)),
        (watcher, "sync", ("/",)), (watcher, "checkWatches", ("/", 5)), (watcher, "checkWatches", ("/w/p", 4)),
        (watcher, "checkWatches", ("/w/p", 3)), (watcher, "removeWatches", ("/w/p", 4)),
        (watcher, "setWatches", (0, ["/w", "/none"], ["/none2", "/w"], ["/w", "/none3"])),
        (watcher, "setWatches2", (1 << 40, ["/w"], ["/none"], ["/w"], ["/p", "/q"], ["/r"])),
        (watcher, "removeWatches", ("/", 5)), (watcher, "removeWatches", ("/r", 3)),
        (writer, "closeSession", None), (watcher, "sync", ("/",)),
    ]
    for xid, (link, name, record) in enumerate(script, 2):
        link.call(name, record, -8 if name.startswith("setWatches") else xid)
        time.sleep(0.05)


def record_auth(recording):
    link = recording.client()
    link.call("auth", (0, "digest", b"u:p"), -4)
    link.call("auth", (0, "digest", b"other:secret"), -4)
    link.call("create", ("/mine", b"", MINE, 0), 1)
    link.call("getACL", ("/mine",), 2)
    link.call("whoAmI", None, 3)
    link.call("setACL", ("/mine", [(1, ("world", "anyone")), (31, ("digest", "u:Jq7wMyA/w2Vd5WIDAKdu4OIIFEQ="))], 0), 4)
    stranger = recording.client()
    stranger.call("getACL", ("/mine",), 1)
    stranger.call("setData", ("/mine", b"x", -1), 2)
    stranger.call("auth", (0, "digest", b"super:admin"), -4)
    stranger.call("getACL", ("/mine",), 3)
    stranger.call("whoAmI", None, 4)
    stranger.call("auth", (0, "ip", b""), -4)
    stranger.call("sasl", (b"",), 5)


def transactions(server):
    """(type name, payload) of each record in the server's log files, oldest first."""
    for path in sorted(server.data.glob("version-2/log.*"), key=lambda path: int(path.suffix[1:], 16)):
        raw = path.read_bytes()
        at = 16
        while at + 12 <= len(raw) and (length := struct.unpack_from(">i", raw, at + 8)[0]):
            payload = raw[at + 12:at + 12 + length]
            yield TRANSACTIONS.get(struct.unpack_from(">i", payload, 28)[0], "other"), payload
            at += 13 + length


def record_transactions(folder, release):
    """Everything above once more, then a session that expires and a container that is swept away."""
    server = Server(release, {"znode.container.checkIntervalMs": "200"})
    try:
        recording = Recording(server)
        for script in SCRIPTS.values():
            script(recording)
        link = recording.client(timeout=1000)
        link.call("create", ("/dies", b"", OPEN, 1), 1)
        link.call("create", ("/dies-too", b"", OPEN, 1), 2)
        link.call("createContainer", ("/box", b"", OPEN, 4), 3)
        link.call("create", ("/box/thing", b"", OPEN, 0), 4)
        link.call("delete", ("/box/thing", -1), 5)
        link.wait_for_end(5)
        time.sleep(0.5)
        with open(os.path.join(folder, "transactions.hex"), "w") as file:
            file.writelines(f"txn {name} {payload.hex()}\n" for name, payload in transactions(server))
    finally:
        server.stop()


SCRIPTS = {"handshake": record_handshake, "tree": record_tree, "errors": record_errors, "multi": record_multi,
           "watches": record_watches, "auth": record_auth}


def main(folder, release="3.9.3"):
    os.makedirs(folder, exist_ok=True)
    for name, script in SCRIPTS.items():
        server = Server(release)
        try:
            recording = Recording(server)
            script(recording)
            recording.write(folder, name)
        finally:
            server.stop()
        print(f"{name}: {len(recording.lines)} frames")
    record_transactions(folder, release)


if __name__ == "__main__":
    main(*sys.argv[1:])
