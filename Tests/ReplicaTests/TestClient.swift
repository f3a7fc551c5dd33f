import NIOCore
import Replica
import Testing
import Vocabulary
import Wire

/// A frame from the server, header read.
struct Reply: Equatable {
    let xid: Int32
    let zxid: Int64
    let code: Int32
    var body: ByteBuffer

    var error: ErrorCode? { ErrorCode(rawValue: code) }

    /// `created /a`, for events.
    var event: String? {
        guard xid == -1 else { return nil }
        var body = body
        guard let type = body.readInteger(as: Int32.self), body.readInteger(as: Int32.self) == 3,
            let length = body.readInteger(as: Int32.self), let path = body.readString(length: Int(length))
        else { return nil }
        return "\(EventType(rawValue: type).map { "\($0)" } ?? "?") \(path)"
    }

    var text: String? {
        var body = body
        return body.readInteger(as: Int32.self).flatMap { body.readString(length: Int($0)) }
    }

    /// The stat at the end of the body.
    var stat: Stat? {
        guard body.readableBytes >= Stat.encodedBytes else { return nil }
        var tail =
            body.getSlice(at: body.writerIndex - Stat.encodedBytes, length: Stat.encodedBytes) ?? ByteBuffer()
        func long() -> Int64 { tail.readInteger(as: Int64.self) ?? 0 }
        func int() -> Int32 { tail.readInteger(as: Int32.self) ?? 0 }
        return Stat(
            czxid: Zxid(rawValue: long()), mzxid: Zxid(rawValue: long()), ctime: long(), mtime: long(),
            version: int(),
            cversion: int(), aversion: int(), ephemeralOwner: long(), dataLength: int(), numChildren: int(),
            pzxid: Zxid(rawValue: long()))
    }
}

/// A client that speaks bytes to a `TestNode`.
final class TestClient {
    let node: TestNode
    let id: ConnectionID
    private(set) var session = SessionID.none
    private(set) var password: [UInt8] = []
    private var xid: Int32 = 0

    init(node: TestNode, id: ConnectionID) {
        self.node = node
        self.id = id
    }

    var isClosed: Bool { node.closed.contains(id) }

    /// Says hello; nil when the server said nothing.
    @discardableResult
    func connect(
        timeoutMs: Int32 = 10_000, session: SessionID = .none,
        password: [UInt8]? = [UInt8](repeating: 0, count: 16),
        lastZxid: Zxid = .zero, readOnly: Bool? = false
    ) throws -> ConnectResponse? {
        let request = ConnectRequest(
            lastZxidSeen: lastZxid, timeoutMs: timeoutMs, session: session, password: password,
            isReadOnly: readOnly)
        sendRaw { request.encode(into: &$0) }
        guard let frame = node.take(id).first else { return nil }
        var reader = JuteReader(frame.readableBytesSpan)
        let response = try ConnectResponse(decoding: &reader)
        self.session = response.session
        self.password = response.password ?? []
        return response
    }

    /// Sends one frame that `body` fills.
    func sendRaw(_ body: (inout ByteBuffer) -> Void) {
        var frame = ByteBuffer()
        frame.writeLengthPrefixed(body)
        node.step(.received(id, frame))
    }

    @discardableResult
    func send(_ code: OpCode, xid: Int32? = nil, _ body: (inout ByteBuffer) -> Void = { _ in }) -> Int32 {
        self.xid += 1
        let number = xid ?? self.xid
        sendRaw { buffer in
            buffer.writeInteger(number)
            buffer.writeInteger(code.rawValue)
            body(&buffer)
        }
        return number
    }

    /// Everything that came since the last look.
    func replies() -> [Reply] {
        node.take(id).map { frame in
            var frame = frame
            return Reply(
                xid: frame.readInteger() ?? 0, zxid: frame.readInteger() ?? 0, code: frame.readInteger() ?? 0,
                body: frame)
        }
    }

    /// Sends and takes the one answer.
    func ask(_ code: OpCode, _ body: (inout ByteBuffer) -> Void = { _ in }) throws -> Reply {
        send(code, body)
        let replies = replies()
        return try #require(replies.last)
    }

    // MARK: Requests

    func create(
        _ path: ZnodePath, _ data: [UInt8]? = [], flags: Int32 = 0, acl: [RequestedACLEntry]? = .open,
        code: OpCode = .create
    ) throws -> Reply {
        try ask(code) { CreateRequest(path: path, data: data, acl: acl, flags: flags).encode(into: &$0) }
    }

    func delete(_ path: ZnodePath, version: Int32 = -1) throws -> Reply {
        try ask(.delete) { VersionedPathRequest(path: path, version: version).encode(into: &$0) }
    }

    func setData(_ path: ZnodePath, _ data: [UInt8]?, version: Int32 = -1) throws -> Reply {
        try ask(.setData) { SetDataRequest(path: path, data: data, version: version).encode(into: &$0) }
    }

    func exists(_ path: ZnodePath, watch: Bool = false) throws -> Reply {
        try ask(.exists) { PathWatchRequest(path: path, watch: watch).encode(into: &$0) }
    }

    func getData(_ path: ZnodePath, watch: Bool = false) throws -> Reply {
        try ask(.getData) { PathWatchRequest(path: path, watch: watch).encode(into: &$0) }
    }

    func getChildren(_ path: ZnodePath, watch: Bool = false) throws -> Reply {
        try ask(.getChildren2) { PathWatchRequest(path: path, watch: watch).encode(into: &$0) }
    }
}
