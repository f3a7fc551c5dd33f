import TestSupport
import Vocabulary
import Wire

/// A frame as it must be, its length included, beside the values it holds.
struct ReferenceFrame: Sendable, CustomStringConvertible {
    let description: String
    let frame: [UInt8]
    let header: any JuteRecord
    let record: any JuteRecord

    init(_ description: String, _ frame: String, _ header: any JuteRecord, _ record: any JuteRecord) {
        self.description = description
        self.frame = hex(frame)
        self.header = header
        self.record = record
    }

    static let password = hex("b6b3e21d0b3a59b38464483bccac73ff")
    private static let noPassword = "00000010 00000000000000000000000000000000"
    static let zeros = [UInt8](repeating: 0, count: 16)
    static let open = [RequestedACLEntry(permissions: .all, scheme: "world", id: "anyone")]
    static let stat = Stat(
        czxid: Zxid(rawValue: 5), mzxid: Zxid(rawValue: 5), ctime: 1_700_000_000_000,
        mtime: 1_700_000_000_000,
        version: 0, cversion: 0, aversion: 0, ephemeralOwner: 0, dataLength: 2, numChildren: 0,
        pzxid: Zxid(rawValue: 5))

    static func request(_ xid: Int32, _ code: OpCode) -> RequestHeader {
        RequestHeader(xid: xid, type: code.rawValue)
    }

    static func reply(_ xid: Int32, zxid: Int64, error: ErrorCode = .ok) -> ReplyHeader {
        ReplyHeader(xid: xid, zxid: Zxid(rawValue: zxid), error: error.rawValue)
    }

    static let all = handshakes + requests + replies + multis

    static let handshakes = [
        ReferenceFrame(
            "connect",
            "0000002d 00000000 0000000000000000 00002710 0000000000000000 \(noPassword) 00",
            Nothing(),
            ConnectRequest(
                lastZxidSeen: .zero, timeoutMs: 10_000, session: .none, password: zeros, isReadOnly: false)),
        ReferenceFrame(
            "connect without the last byte",
            "0000002c 00000000 0000000000000000 00002710 0000000000000000 \(noPassword)",
            Nothing(),
            ConnectRequest(
                lastZxidSeen: .zero, timeoutMs: 10_000, session: .none, password: zeros, isReadOnly: nil)),
        ReferenceFrame(
            "accepted",
            "00000025 00000000 00002710 0100001382ac0000 00000010 b6b3e21d0b3a59b38464483bccac73ff 00",
            Nothing(),
            ConnectResponse(
                timeoutMs: 10_000, session: SessionID(rawValue: 0x100_0013_82ac_0000), password: password,
                isReadOnly: false)),
        ReferenceFrame(
            "refused", "00000025 00000000 00000000 0000000000000000 \(noPassword) 00",
            Nothing(), ConnectResponse(timeoutMs: 0, session: .none, password: zeros, isReadOnly: false)),
    ]

    static let requests = [
        ReferenceFrame(
            "create",
            """
            00000033 00000001 00000001 00000002 2f61 00000002 6869
            00000001 0000001f 00000005 776f726c64 00000006 616e796f6e65 00000000
            """,
            request(1, .create), CreateRequest(path: "/a", data: Array("hi".utf8), acl: open, flags: 0)),
        ReferenceFrame(
            "getData", "0000000f 00000002 00000004 00000002 2f61 01",
            request(2, .getData), PathWatchRequest(path: "/a", watch: true)),
        ReferenceFrame("ping", "00000008 fffffffe 0000000b", request(-2, .ping), Nothing()),
        ReferenceFrame(
            "auth", "0000001d fffffffc 00000064 00000000 00000006 646967657374 00000003 753a70",
            request(-4, .auth), AuthPacket(scheme: "digest", auth: Array("u:p".utf8))),
        ReferenceFrame(
            "setWatches",
            "00000022 fffffff8 00000065 0000000000000007 00000001 00000002 2f61 00000000 00000000",
            request(-8, .setWatches),
            ThreeListsOfWatches(
                SetWatchesRequest(
                    relativeZxid: Zxid(rawValue: 7), data: ["/a"], exist: [], children: [],
                    hasPersistent: false))),
        ReferenceFrame(
            "setWatches2",
            """
            00000036 fffffff8 00000069 0000000000000007 00000001 00000002 2f61 00000000 00000000
            00000001 00000002 2f70 00000001 00000002 2f72
            """,
            request(-8, .setWatches2),
            FiveListsOfWatches(
                SetWatchesRequest(
                    relativeZxid: Zxid(rawValue: 7), data: ["/a"], exist: [], children: [],
                    persistent: ["/p"],
                    recursive: ["/r"], hasPersistent: true))),
        ReferenceFrame(
            "addWatch", "00000012 00000007 0000006a 00000002 2f61 00000001",
            request(7, .addWatch), AddWatchRequest(path: "/a", mode: 1)),
        ReferenceFrame(
            "createTTL",
            """
            00000039 00000008 00000015 00000002 2f74 ffffffff 00000001 0000001f
            00000005 776f726c64 00000006 616e796f6e65 00000005 000000000000ea60
            """,
            request(8, .createTTL),
            CreateRequestWithTTL(CreateRequest(path: "/t", data: nil, acl: open, flags: 5, ttlMs: 60_000))),
        ReferenceFrame("closeSession", "00000008 00000003 fffffff5", request(3, .closeSession), Nothing()),
    ]

    static let replies = [
        ReferenceFrame(
            "create's reply", "00000016 00000001 0000000000000005 00000000 00000002 2f61",
            reply(1, zxid: 5), PathResponse(path: "/a")),
        ReferenceFrame(
            "getData's reply",
            """
            0000005a 00000002 0000000000000005 00000000 00000002 6869
            0000000000000005 0000000000000005 0000018bcfe56800 0000018bcfe56800
            00000000 00000000 00000000 0000000000000000 00000002 00000000 0000000000000005
            """,
            reply(2, zxid: 5), GetDataResponse(data: Array("hi".utf8), stat: stat)),
        ReferenceFrame(
            "ping's reply", "00000010 fffffffe 0000000000000005 00000000", reply(-2, zxid: 5), Nothing()),
        ReferenceFrame(
            "event", "0000001e ffffffff 0000000000000007 00000000 00000003 00000003 00000002 2f61",
            reply(-1, zxid: 7), WatcherEvent(type: 3, state: 3, path: "/a")),
        ReferenceFrame(
            "auth ok", "00000010 fffffffc 0000000000000000 00000000", reply(-4, zxid: 0), Nothing()),
        ReferenceFrame(
            "auth failed", "00000010 fffffffc 0000000000000000 ffffff8d",
            reply(-4, zxid: 0, error: .authFailed), Nothing()),
        ReferenceFrame(
            "error", "00000010 00000005 0000000000000009 ffffff9b", reply(5, zxid: 9, error: .noNode),
            Nothing()),
        ReferenceFrame(
            "addWatch's reply", "00000014 00000007 0000000000000009 00000000 00000000",
            reply(7, zxid: 9), NumberResponse(number: 0)),
    ]

    static let multis = [
        ReferenceFrame(
            "multi",
            """
            00000037 00000004 0000000e  0000000d 00 ffffffff 00000002 2f61 00000000
            00000002 00 ffffffff 00000002 2f61 ffffffff  ffffffff 01 ffffffff
            """,
            request(4, .multi),
            MultiRequest(writes: [
                .check(VersionedPathRequest(path: "/a", version: 0)),
                .delete(VersionedPathRequest(path: "/a", version: -1)),
            ])),
        ReferenceFrame(
            "multi's reply",
            """
            0000002b 00000004 0000000000000008 00000000  0000000d 00 00000000
            00000002 00 00000000  ffffffff 01 ffffffff
            """,
            reply(4, zxid: 8), MultiResults([.check, .delete])),
        ReferenceFrame(
            "failed multi's reply",
            """
            00000040 00000006 000000000000000a 00000000  ffffffff 00 00000000 00000000
            ffffffff 00 ffffff99 ffffff99  ffffffff 00 fffffffe fffffffe  ffffffff 01 ffffffff
            """,
            reply(6, zxid: 10), MultiResults([.failed(code: 0), .failed(code: -103), .failed(code: -2)])),
    ]
}
