"""The client protocol's bytes: what a request is made of, and how a reply is read.

Independent of every client library on purpose, so that a test can also write what no library would.
"""

import struct

# Operation codes.
CREATE, DELETE, EXISTS, GET_DATA, SET_DATA, GET_ACL, SET_ACL, GET_CHILDREN = 1, 2, 3, 4, 5, 6, 7, 8
SYNC, PING, GET_CHILDREN2, CHECK, MULTI, CREATE2, CREATE_CONTAINER, MULTI_READ = 9, 11, 12, 13, 14, 15, 19, 22
AUTH, SET_WATCHES, SASL, GET_EPHEMERALS, SET_WATCHES2, ADD_WATCH, WHO_AM_I = 100, 101, 102, 103, 105, 106, 107
CLOSE = -11

# Error codes.
OK, RUNTIME_INCONSISTENCY, MARSHALLING, UNIMPLEMENTED, BAD_ARGUMENTS = 0, -2, -5, -6, -8
NO_NODE, NO_AUTH, BAD_VERSION, NODE_EXISTS, NOT_EMPTY, SESSION_EXPIRED = -101, -102, -103, -110, -111, -112
INVALID_ACL, AUTH_FAILED, NO_WATCHER, AUTH_REQUIRED = -114, -115, -121, -124

# Flags of create.
PERSISTENT, EPHEMERAL, SEQUENTIAL, EPHEMERAL_SEQUENTIAL = 0, 1, 2, 3

# Types of watch events.
NODE_CREATED, NODE_DELETED, NODE_DATA_CHANGED, NODE_CHILDREN_CHANGED = 1, 2, 3, 4

EVENT_XID = -1
PING_XID = -2
EMPTY_PASSWORD = bytes(16)


def int32(value):
    return struct.pack(">i", value)


def int64(value):
    return struct.pack(">q", value)


def boolean(value):
    return b"\1" if value else b"\0"


def buffer(value):
    """Length and bytes; None is the null buffer (length -1)."""
    return int32(-1) if value is None else int32(len(value)) + value


def string(value):
    return buffer(value if value is None or isinstance(value, bytes) else value.encode())


def strings(values):
    return int32(len(values)) + b"".join(string(value) for value in values)


def frame(body):
    return int32(len(body)) + body


def acl(*entries):
    """Entries are (permissions, scheme, id); without any: everything to everyone."""
    entries = entries or ((31, "world", "anyone"),)
    return int32(len(entries)) + b"".join(int32(p) + string(scheme) + string(name) for p, scheme, name in entries)


OPEN = acl()


def connect_request(timeout, session=0, password=EMPTY_PASSWORD, last_zxid=0, read_only=False):
    """`read_only=None` leaves the last byte out, as old clients do."""
    body = struct.pack(">iqiq", 0, last_zxid, timeout, session) + buffer(password)
    return frame(body if read_only is None else body + boolean(read_only))


def request(xid, operation, record=b""):
    return frame(struct.pack(">ii", xid, operation) + record)


def create(path, data=b"", flags=PERSISTENT, permissions=OPEN):
    return string(path) + buffer(data) + permissions + int32(flags)


def delete(path, version=-1):
    return string(path) + int32(version)


def set_data(path, data, version=-1):
    return string(path) + buffer(data) + int32(version)


def read(path, watch=False):
    """The record of exists, getData, getChildren and getChildren2."""
    return string(path) + boolean(watch)


def check(path, version):
    return string(path) + int32(version)


def multi(operations):
    """`operations` are (code, record) pairs."""
    parts = [struct.pack(">ibi", code, 0, -1) + record for code, record in operations]
    return b"".join(parts) + struct.pack(">ibi", -1, 1, -1)


class Reader:
    """A cursor over one record."""

    def __init__(self, body, position=0):
        self.body = body
        self.position = position

    def _take(self, layout, size):
        value = struct.unpack_from(layout, self.body, self.position)[0]
        self.position += size
        return value

    def int32(self):
        return self._take(">i", 4)

    def int64(self):
        return self._take(">q", 8)

    def boolean(self):
        return self._take(">b", 1) != 0

    def buffer(self):
        count = self.int32()
        if count < 0:
            return None
        value = bytes(self.body[self.position : self.position + count])
        self.position += count
        return value

    def string(self):
        value = self.buffer()
        return None if value is None else value.decode()

    def strings(self):
        return [self.string() for _ in range(self.int32())]

    def stat(self):
        value = Stat(*STAT.unpack_from(self.body, self.position))
        self.position += STAT.size
        return value

    def results(self):
        """A multi's results as (type, error, value); the value is a path, a Stat or None."""
        results = []
        while True:
            kind, done, error = self.int32(), self.boolean(), self.int32()
            if done:
                return results
            value = None
            if kind == -1:
                error = self.int32()
            elif kind == CREATE:
                value = self.string()
            elif kind == CREATE2:
                value = (self.string(), self.stat())
            elif kind == SET_DATA:
                value = self.stat()
            results.append((kind, error, value))


STAT = struct.Struct(">qqqqiiiqiiq")


class Stat(tuple):
    """A znode's eleven numbers, by name."""

    names = (
        "czxid mzxid ctime mtime version cversion aversion ephemeral_owner data_length children pzxid"
    ).split()

    def __new__(cls, *values):
        return super().__new__(cls, values)

    def __getattr__(self, name):
        try:
            return self[Stat.names.index(name)]
        except ValueError:
            raise AttributeError(name) from None

    def __repr__(self):
        return " ".join(f"{name}={value}" for name, value in zip(Stat.names, self))
