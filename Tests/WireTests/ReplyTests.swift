import NIOCore
import TestSupport
import Testing
import Vocabulary
import Wire

/// The replies that are written in one pass must be the bytes that their records encode to.
@Suite struct `A reply written in one pass` {
    private static let stat = Stat(
        czxid: Zxid(rawValue: 1), mzxid: Zxid(rawValue: -2), ctime: 3, mtime: 4, version: 5, cversion: 6,
        aversion: 7,
        ephemeralOwner: 8, dataLength: 9, numChildren: 10, pzxid: Zxid(rawValue: 11))
    private static let zxid = Zxid(rawValue: 0x1_0000_0002)

    @Test(arguments: [ErrorCode.ok, .noNode, .authFailed])
    func `may be a header alone`(_ error: ErrorCode) {
        expect(Nothing(), error: error) { $0.writeReply(xid: 7, zxid: Self.zxid, error: error) }
    }

    @Test func `may hold a stat`() {
        expect(Self.stat) { $0.writeReply(xid: 7, zxid: Self.zxid, stat: Self.stat) }
    }

    @Test(arguments: [0, 1, 100, 70_000])
    func `may hold data and a stat`(_ count: Int) {
        let data = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        expect(GetDataResponse(data: data, stat: Self.stat)) {
            $0.writeReply(xid: 7, zxid: Self.zxid, data: data.span.bytes, isNull: false, stat: Self.stat)
        }
    }

    @Test func `may hold null data`() {
        let nothing: [UInt8] = []
        expect(GetDataResponse(data: nil, stat: Self.stat)) {
            $0.writeReply(xid: 7, zxid: Self.zxid, data: nothing.span.bytes, isNull: true, stat: Self.stat)
        }
    }

    @Test func `may hold a path, with a stat or without`() {
        expect(PathResponse(path: "/a")) { $0.writeReply(xid: 7, zxid: Self.zxid, path: "/a", stat: nil) }
        expect(Create2Response(path: "/a", stat: Self.stat)) {
            $0.writeReply(xid: 7, zxid: Self.zxid, path: "/a", stat: Self.stat)
        }
    }

    @Test(arguments: ["", "/", "/a/b"])
    func `may be an event`(_ path: String) {
        expect(WatcherEvent(type: 2, state: 3, path: ZnodePath(path)), xid: -1) {
            $0.writeEvent(type: 2, path: ZnodePath(path), zxid: Self.zxid)
        }
    }

    private func expect(
        _ record: some JuteRecord, xid: Int32 = 7, error: ErrorCode = .ok, _ write: (inout ByteBuffer) -> Void
    ) {
        // Behind other bytes, as in an output buffer that already holds a reply.
        var written = ByteBuffer(bytes: [1, 2, 3])
        write(&written)
        var expected = ByteBuffer(bytes: [1, 2, 3])
        expected.writeLengthPrefixed { buffer in
            ReplyHeader(xid: xid, zxid: Self.zxid, error: error.rawValue).encode(into: &buffer)
            record.encode(into: &buffer)
        }
        #expect(hex(of: written.readableBytesView) == hex(of: expected.readableBytesView))
    }
}
