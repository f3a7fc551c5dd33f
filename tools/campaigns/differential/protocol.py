"""ZooKeeper's client protocol, written down once more and independently of the product's own codecs.

A record is a tuple, in the order of its fields. The field types carry meaning beyond their bytes (`zxid`, `time`,
`session`, `bag`): the comparison uses them, the encoding does not.
"""

import struct

OPCODES = {
    "notification": 0, "create": 1, "delete": 2, "exists": 3, "getData": 4, "setData": 5, "getACL": 6, "setACL": 7,
    "getChildren": 8, "sync": 9, "ping": 11, "getChildren2": 12, "check": 13, "multi": 14, "create2": 15,
    "reconfig": 16, "checkWatches": 17, "removeWatches": 18, "createContainer": 19, "deleteContainer": 20,
    "createTTL": 21, "multiRead": 22, "auth": 100, "setWatches": 101, "sasl": 102, "getEphemerals": 103,
    "getAllChildrenNumber": 104, "setWatches2": 105, "addWatch": 106, "whoAmI": 107, "closeSession": -11,
}
NAMES = {code: name for name, code in OPCODES.items()}

RECORDS = {
    "RequestHeader": "int xid; int type",
    "ReplyHeader": "int xid; zxid zxid; int err",
    "ConnectRequest": "int protocolVersion; long lastZxidSeen; int timeOut; session sessionId; buffer passwd",
    "ConnectResponse": "int protocolVersion; int timeOut; session sessionId; password passwd",
    "Id": "ustring scheme; ustring id",
    "ACL": "int perms; Id id",
    "Stat": "zxid czxid; zxid mzxid; time ctime; time mtime; int version; int cversion; int aversion; "
            "session ephemeralOwner; int dataLength; int numChildren; zxid pzxid",
    "ClientInfo": "ustring authScheme; ustring user",
    "CreateRequest": "ustring path; buffer data; vec<ACL> acl; int flags",
    "CreateTTLRequest": "ustring path; buffer data; vec<ACL> acl; int flags; long ttl",
    "CreateResponse": "ustring path",
    "Create2Response": "ustring path; Stat stat",
    "DeleteRequest": "ustring path; int version",
    "PathWatchRequest": "ustring path; bool watch",
    "StatResponse": "Stat stat",
    "GetDataResponse": "buffer data; Stat stat",
    "SetDataRequest": "ustring path; buffer data; int version",
    "PathRequest": "ustring path",
    "GetACLResponse": "vec<ACL> acl; Stat stat",
    "SetACLRequest": "ustring path; vec<ACL> acl; int version",
    "GetChildrenResponse": "bag<ustring> children",
    "GetChildren2Response": "bag<ustring> children; Stat stat",
    "TotalResponse": "int totalNumber",
    "BagResponse": "bag<ustring> ephemerals",
    "PathVersionRequest": "ustring path; int version",
    "ReconfigRequest": "ustring joiningServers; ustring leavingServers; ustring newMembers; long curConfigId",
    "WatchesRequest": "ustring path; int type",
    "AddWatchRequest": "ustring path; int mode",
    "ErrorResponse": "int err",
    "SetWatches": "long relativeZxid; vec<ustring> dataWatches; vec<ustring> existWatches; vec<ustring> childWatches",
    "SetWatches2": "long relativeZxid; vec<ustring> dataWatches; vec<ustring> existWatches; "
                   "vec<ustring> childWatches; vec<ustring> persistentWatches; "
                   "vec<ustring> persistentRecursiveWatches",
    "WatcherEvent": "int type; int state; ustring path",
    "AuthPacket": "int type; ustring scheme; buffer auth",
    "TokenRecord": "buffer token",
    "WhoAmIResponse": "bag<ClientInfo> clientInfo",
    "MultiHeader": "int type; bool done; int err",
}

REQUESTS = {
    "create": "CreateRequest", "create2": "CreateRequest", "createContainer": "CreateRequest",
    "createTTL": "CreateTTLRequest", "delete": "DeleteRequest", "exists": "PathWatchRequest",
    "getData": "PathWatchRequest", "getChildren": "PathWatchRequest", "getChildren2": "PathWatchRequest",
    "setData": "SetDataRequest", "getACL": "PathRequest", "setACL": "SetACLRequest", "sync": "PathRequest",
    "check": "PathVersionRequest", "reconfig": "ReconfigRequest", "checkWatches": "WatchesRequest",
    "removeWatches": "WatchesRequest", "auth": "AuthPacket", "setWatches": "SetWatches", "sasl": "TokenRecord",
    "getEphemerals": "PathRequest", "getAllChildrenNumber": "PathRequest", "setWatches2": "SetWatches2",
    "addWatch": "AddWatchRequest", "deleteContainer": "PathRequest",
}

RESPONSES = {
    "create": "CreateResponse", "create2": "Create2Response", "createContainer": "Create2Response",
    "createTTL": "Create2Response", "exists": "StatResponse", "getData": "GetDataResponse",
    "setData": "StatResponse", "getACL": "GetACLResponse", "setACL": "StatResponse",
    "getChildren": "GetChildrenResponse", "getChildren2": "GetChildren2Response", "sync": "PathRequest",
    "reconfig": "GetDataResponse", "sasl": "TokenRecord", "getEphemerals": "BagResponse",
    "getAllChildrenNumber": "TotalResponse", "addWatch": "ErrorResponse", "whoAmI": "WhoAmIResponse",
}
MULTI_RESULTS = {
    1: "CreateResponse", 15: "Create2Response", 5: "StatResponse", 4: "GetDataResponse",
    8: "GetChildrenResponse", -1: "ErrorResponse", 2: None, 13: None,
}
INTEGERS = {"int": ">i", "long": ">q", "zxid": ">q", "time": ">q", "session": ">q"}


def parsed(fields):
    return [tuple(reversed(field.strip().split(" "))) for field in fields.split(";")]


SCHEMAS = {name: parsed(fields) for name, fields in RECORDS.items()}


class Malformed(Exception):
    """A frame that does not hold what its kind must hold."""


def element(kind):
    """The element type of a `vec<…>` or `bag<…>`, or nothing for any other type."""
    return kind[4:-1] if kind[:4] in ("vec<", "bag<") else None


def encode(kind, value):
    if kind in INTEGERS:
        return struct.pack(INTEGERS[kind], value)
    if kind == "bool":
        return bytes([value])
    if kind in ("ustring", "buffer", "password"):
        if value is None:
            return b"\xff\xff\xff\xff"
        raw = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
        return struct.pack(">i", len(raw)) + raw
    inner = element(kind)
    if inner:
        if value is None:
            return b"\xff\xff\xff\xff"
        return struct.pack(">i", len(value)) + b"".join(encode(inner, item) for item in value)
    return b"".join(encode(of, item) for (_, of), item in zip(SCHEMAS[kind], value, strict=True))


class Reader:
    def __init__(self, raw):
        self.raw, self.at = raw, 0
        self.counts = []  # Where a length or count stands.

    def take(self, count):
        if count < 0 or self.at + count > len(self.raw):
            raise Malformed(f"{count} bytes wanted at {self.at} of {len(self.raw)}")
        self.at += count
        return self.raw[self.at - count:self.at]

    def integer(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def count(self):
        self.counts.append(self.at)
        return self.integer(">i")

    def decode(self, kind):
        if kind in INTEGERS:
            return self.integer(INTEGERS[kind])
        if kind == "bool":
            return self.take(1)[0]
        if kind in ("ustring", "buffer", "password"):
            count = self.count()
            raw = None if count == -1 else self.take(count)
            return raw.decode("utf-8", "surrogateescape") if kind == "ustring" and raw is not None else raw
        inner = element(kind)
        if inner:
            count = self.count()
            return None if count == -1 else [self.decode(inner) for _ in range(count)]
        return tuple(self.decode(of) for _, of in SCHEMAS[kind])

    def finished(self):
        return self.at == len(self.raw)


def encode_multi(operations):
    """`operations` are (name or number, record); a record of bytes is sent as it is."""
    parts = []
    for name, record in operations:
        code = OPCODES.get(name, name)
        body = record if isinstance(record, bytes) else encode(REQUESTS[name], record)
        parts.append(encode("MultiHeader", (code, 0, -1)) + body)
    return b"".join(parts) + encode("MultiHeader", (-1, 1, -1))


def decode_multi(reader):
    """The results as (type, err, record kind, record); the end of the list as (type, err, None, None)."""
    results = []
    while True:
        code, done, err = reader.decode("MultiHeader")
        if done:
            return results + [(code, err, None, None)]
        if code not in MULTI_RESULTS:
            raise Malformed(f"multi result of type {code}")
        kind = MULTI_RESULTS[code]
        results.append((code, err, kind, reader.decode(kind) if kind else None))


def encode_body(name, record):
    if isinstance(record, bytes):
        return record
    if name in ("multi", "multiRead"):
        return encode_multi(record)
    return encode(REQUESTS[name], record) if name in REQUESTS else b""


def decode_reply(name, err, raw):
    """The body of a reply as (kind, value); kind `raw` holds bytes that are not what they should be."""
    reader = Reader(raw)
    if err != 0:
        kind, value = None, None
    else:
        try:
            if name in ("multi", "multiRead"):
                kind, value = "multi", decode_multi(reader)
            else:
                kind = RESPONSES.get(name)
                value = reader.decode(kind) if kind else None
        except (Malformed, struct.error):
            return "raw", raw
    return (kind, value) if reader.finished() else ("raw", raw)


def framed(body):
    return struct.pack(">i", len(body)) + body
