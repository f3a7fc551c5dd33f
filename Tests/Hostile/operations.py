"""Requests that do not parse, that nobody defined, and multis that make no sense."""

import struct

from harness import client, wire

HOSTILE_COUNTS = (-2, -(2**31), 2**31 - 1, 1_000_000)

# Every operation that has a record, with one that parses.
GOOD_RECORDS = {
    wire.CREATE: wire.create("/hostile/none/x"),
    wire.CREATE2: wire.create("/hostile/none/x"),
    wire.DELETE: wire.delete("/hostile/none/x"),
    wire.EXISTS: wire.read("/hostile/none"),
    wire.GET_DATA: wire.read("/hostile/none"),
    wire.SET_DATA: wire.set_data("/hostile/none", b""),
    wire.GET_ACL: wire.string("/hostile/none"),
    wire.SET_ACL: wire.string("/hostile/none") + wire.OPEN + wire.int32(-1),
    wire.GET_CHILDREN: wire.read("/hostile/none"),
    wire.GET_CHILDREN2: wire.read("/hostile/none"),
    wire.SYNC: wire.string("/"),
    wire.ADD_WATCH: wire.string("/") + wire.int32(0),
    wire.SET_WATCHES: wire.int64(0) + wire.strings([]) * 3,
    wire.SET_WATCHES2: wire.int64(0) + wire.strings([]) * 5,
    wire.GET_EPHEMERALS: wire.string("/"),
    wire.MULTI: wire.multi([(wire.CHECK, wire.check("/", -1))]),
    wire.MULTI_READ: wire.multi([(wire.GET_DATA, wire.read("/"))]),
}


def cut_records(siege):
    """Each record cut at every byte, in a frame of the right length: -5, and the connection goes on."""
    for operation, record in GOOD_RECORDS.items():
        link = siege.client()
        wrong = []
        for cut in range(len(record)):
            reply = link.call(operation, record[:cut])
            if reply.error != wire.MARSHALLING:
                wrong.append((cut, reply.error))
        siege.report.check(f"operation {operation} cut anywhere answers -5", not wrong, f"(cut, error): {wrong}")
        siege.report.equal(f"after that operation {operation} is served", link.exists("/").error, wire.OK)
        link.end()


def hostile_lengths(siege):
    link = siege.client()
    for count in HOSTILE_COUNTS:
        for operation in (wire.EXISTS, wire.GET_DATA, wire.CREATE, wire.DELETE, wire.SYNC):
            reply = link.call(operation, wire.int32(count) + b"/hostile" * 4)
            siege.report.equal(f"operation {operation} with a path of length {count}", reply.error, wire.MARSHALLING)
    for count in HOSTILE_COUNTS[2:]:
        record = wire.string("/hostile-x") + wire.buffer(b"") + wire.int32(count) + b"\0" * 20
        reply = link.call(wire.CREATE, record)
        siege.report.equal(f"create with {count} ACL entries", reply.error, wire.MARSHALLING)
        reply = link.call(wire.SET_WATCHES, wire.int64(0) + wire.int32(count) + b"\0" * 20)
        siege.report.equal(f"setWatches with {count} paths", reply.error, wire.MARSHALLING)
        record = wire.string("/hostile-x") + wire.int32(count) + b"\0" * 20
        siege.report.equal(f"create with {count} bytes", link.call(wire.CREATE, record).error, wire.MARSHALLING)
    empty = wire.create("/hostile-x", b"", permissions=wire.int32(-2))
    siege.report.equal("a negative count reads as empty", link.call(wire.CREATE, empty).error, wire.INVALID_ACL)
    null = wire.create("/hostile-x", b"", permissions=wire.int32(-1))
    siege.report.equal("a null ACL", link.call(wire.CREATE, null).error, wire.INVALID_ACL)
    siege.report.equal("a null path", link.call(wire.GET_DATA, wire.read(None)).error, wire.MARSHALLING)
    reply = link.call(wire.EXISTS, wire.read("/") + b"trailing bytes")
    siege.report.equal("bytes after a record are ignored", reply.error, wire.OK)
    reply = link.call(wire.EXISTS, wire.string(b"\xff\xfe/\x80") + b"\0")
    siege.report.check("a path that is no UTF-8 does no harm", reply.error in (wire.NO_NODE, -5, -8), reply.error)
    link.end()


def unknown_operations(siege):
    internal = (-10, 13, 20) if siege.is_aviary else ()  # holes of older Apache servers, not to be copied
    for operation in (0, -1, 10, 23, 99, 108, 12345, 2**31 - 1, -(2**31), *internal):
        link = siege.client()
        try:
            reply = link.call(operation, wire.string("/"))
            siege.report.equal(f"operation {operation} is not implemented", reply.error, wire.UNIMPLEMENTED)
            siege.report.check(f"operation {operation} ends the connection", link.is_closed())
        except client.Lost as lost:
            siege.report.check(f"operation {operation} is not implemented", False, lost)
        link.close()


def broken_multis(siege):
    link = siege.client()
    end = struct.pack(">ibi", -1, 1, -1)
    one = struct.pack(">ibi", wire.CREATE, 0, -1) + wire.create("/hostile-multi")
    nested = wire.multi([(wire.MULTI, wire.multi([]))])
    for name, operation, record in [
        ("without its end", wire.MULTI, one),
        ("cut within", wire.MULTI, one[:-3] + end),
        ("of an unknown operation", wire.MULTI, wire.multi([(77, wire.string("/"))])),
        ("with a read", wire.MULTI, wire.multi([(wire.GET_DATA, wire.read("/"))])),
        ("in a multi", wire.MULTI, nested),
        ("of reads with a write", wire.MULTI_READ, wire.multi([(wire.DELETE, wire.delete("/hostile-multi"))])),
    ]:
        siege.report.equal(f"a multi {name}", link.call(operation, record).error, wire.MARSHALLING)
    siege.report.equal("nothing of them was done", link.exists("/hostile-multi").error, wire.NO_NODE)
    siege.report.equal("an empty multi succeeds", link.call(wire.MULTI, wire.multi([])).error, wire.OK)
    link.end()


def enormous_multis(siege):
    link = siege.client(limit=60.0)
    checks = wire.multi([(wire.CHECK, wire.check("/", -1))] * 45000)
    results = link.call(wire.MULTI, checks).body.results()
    siege.report.check("45,000 checks in one multi", len(results) == 45000 and not any(e for _, e, _ in results))
    link.create("/hostile-many")
    creates = [(wire.CREATE, wire.create(f"/hostile-many/{i}")) for i in range(14000)]
    results = link.call(wire.MULTI, wire.multi(creates)).body.results()
    siege.report.equal("14,000 creates in one multi", sum(e == 0 for _, e, _ in results), 14000)
    results = link.call(wire.MULTI, wire.multi(creates)).body.results()
    siege.report.equal("14,000 creates that fail in one multi", results[0][1], wire.NODE_EXISTS)
    deletes = [(wire.DELETE, wire.delete(f"/hostile-many/{i}")) for i in range(14000)]
    results = link.call(wire.MULTI, wire.multi(deletes)).body.results()
    siege.report.equal("14,000 deletes in one multi", sum(e == 0 for _, e, _ in results), 14000)
    link.end()


def absurd_paths(siege):
    link = siege.client()
    for name, path in [
        ("deep", "/d" * 400_000),
        ("long", "/" + "n" * 900_000),
        ("of slashes", "/" * 900_000),
        ("of dots", "/.." * 300_000),
    ]:
        for operation in (wire.GET_DATA, wire.GET_CHILDREN2):
            reply = link.call(operation, wire.read(path))
            siege.report.equal(f"operation {operation} of a path that is {name}", reply.error, wire.NO_NODE)
        reply = link.call(wire.DELETE, wire.delete(path))
        siege.report.check(f"delete of a path that is {name}", reply.error in (wire.NO_NODE, -8), reply.error)
    long = "/" + "n" * 100_000
    siege.report.equal("a name of 100,000 bytes can be created", link.create(long).error, wire.OK)
    siege.report.equal("and deleted", link.call(wire.DELETE, wire.delete(long)).error, wire.OK)
    link.end()


def behind_the_close(siege):
    link = siege.client()
    link.queue(wire.CLOSE)
    link.queue(wire.CREATE, wire.create("/hostile-late"))
    link.flush()
    siege.report.equal("closeSession is answered", link.reply().error, wire.OK)
    siege.report.check("nothing behind it is", link.is_closed())
    link.close()
    other = siege.client()
    siege.report.equal("nor done", other.exists("/hostile-late").error, wire.NO_NODE)
    other.end()
    early = siege.connection()
    early.send(wire.connect_request(10000) + wire.request(1, wire.CLOSE) + wire.request(2, wire.PING))
    early.frame()
    siege.report.equal("a close sent with the connect request is answered", early.frame()[:4], wire.int32(1))
    siege.report.check("and ends the connection", early.is_closed())
    early.close()


def bad_auth(siege):
    for name, record in [
        ("of an unknown scheme", wire.int32(0) + wire.string("nonsense") + wire.buffer(b"a:b")),
        ("without data", wire.int32(0) + wire.string("digest") + wire.buffer(None)),
    ]:
        link = siege.client()
        siege.report.equal(f"auth {name} fails", link.call(wire.AUTH, record, xid=-4).error, wire.AUTH_FAILED)
        siege.report.check(f"auth {name} ends the connection", link.is_closed())
        link.close()
    link = siege.client()
    link.queue(wire.AUTH, wire.int32(0) + wire.int32(2**31 - 1), xid=-4)
    link.flush()
    siege.report.check("auth that does not parse ends the connection", link.is_closed())
    link.close()


ATTACKS = [
    cut_records,
    hostile_lengths,
    unknown_operations,
    broken_multis,
    enormous_multis,
    absurd_paths,
    behind_the_close,
    bad_auth,
]
