import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `A handshake` {
    @Test func `gives a session with the password that belongs to it`() throws {
        let node = TestNode()
        let client = node.open()
        let answer = try #require(try client.connect(timeoutMs: 10_000))
        #expect(answer.timeoutMs == 10_000)
        #expect(answer.session != .none)
        #expect(answer.password == SessionPassword.of(answer.session))
        #expect(node.logged.map(\.change) == [.createSession(timeoutMs: 10_000)])
    }

    @Test func `is answered only once the session is durable`() throws {
        let node = TestNode()
        node.isDiskFast = false
        let client = node.open()
        #expect(try client.connect() == nil)
        node.sync()
        #expect(node.take(client.id).count == 1)
    }

    @Test func `puts its session into snapshots only once that is in the history`() throws {
        let node = TestNode()
        node.isDiskFast = false
        let client = node.open()
        #expect(try client.connect() == nil)
        #expect(node.replica.storedState.head.sessions.isEmpty)
        node.sync()
        #expect(node.replica.storedState.head.sessions.count == 1)
    }

    @Test(arguments: [nil, false, true] as [Bool?])
    func `echoes the read-only byte where one was sent`(byte: Bool?) throws {
        let node = TestNode()
        let client = node.open()
        let request = ConnectRequest(
            lastZxidSeen: .zero, timeoutMs: 10_000, session: .none, password: [], isReadOnly: byte)
        client.sendRaw { request.encode(into: &$0) }
        let frame = try #require(node.take(client.id).first)
        #expect(frame.readableBytes == (byte == nil ? 36 : 37))
        #expect(byte == nil || frame.getInteger(at: frame.writerIndex - 1, as: UInt8.self) == 0)
    }

    @Test(arguments: [(0, 4000), (-5, 4000), (1, 4000), (9000, 9000), (40_001, 40_000), (.max, 40_000)])
    func `clamps the timeout without a word`(asked: Int32, given: Int32) throws {
        let client = TestNode().open()
        #expect(try client.connect(timeoutMs: asked)?.timeoutMs == given)
    }

    @Test func `of a client that has seen more than the node is closed without a byte`() throws {
        let client = TestNode().open()
        #expect(try client.connect(lastZxid: Zxid(rawValue: 1)) == nil)
        #expect(client.isClosed)
    }

    @Test func `of a client that has seen exactly as much is welcome`() throws {
        let node = TestNode()
        _ = try node.connect()
        let client = node.open()
        #expect(try client.connect(lastZxid: Zxid(rawValue: 1)) != nil)
        #expect(!client.isClosed)
    }

    @Test func `that does not parse is closed without a byte`() {
        let node = TestNode()
        let client = node.open()
        client.sendRaw { $0.writeInteger(Int32(0)) }
        #expect(node.take(client.id).isEmpty)
        #expect(client.isClosed)
    }

    @Test func `may bring a close and a create along`() throws {
        let node = TestNode()
        let client = node.open()
        var bytes = ByteBuffer()
        bytes.writeLengthPrefixed {
            ConnectRequest(
                lastZxidSeen: .zero, timeoutMs: 10_000, session: .none, password: [], isReadOnly: false
            ).encode(into: &$0)
        }
        bytes.writeLengthPrefixed {
            RequestHeader(xid: 7, type: OpCode.closeSession.rawValue).encode(into: &$0)
        }
        bytes.writeLengthPrefixed {
            RequestHeader(xid: 8, type: OpCode.create.rawValue).encode(into: &$0)
            CreateRequest(path: "/late", data: [], acl: .open, flags: 0).encode(into: &$0)
        }
        node.step(.received(client.id, bytes))
        let frames = node.take(client.id)
        #expect(frames.map(\.readableBytes) == [37, 16])
        #expect(frames.last?.getInteger(at: frames[1].readerIndex, as: Int32.self) == 7)
        #expect(client.isClosed)
        #expect(!node.has("/late"))
    }

    @Test func `that never comes costs the connection`() {
        let node = TestNode()
        let client = node.open()
        node.advance(ms: 9000)
        #expect(!client.isClosed)
        node.advance(ms: 9000)
        #expect(client.isClosed)
    }
}

@Suite struct `An operator's word` {
    @Test func `is answered in its own time`() {
        let node = TestNode()
        let (caller, stranger) = (node.open(), node.open())
        node.step(.wordCame(caller.id))
        node.advance(ms: 10_001)
        #expect(stranger.isClosed && !caller.isClosed)
    }
}

@Suite struct `A session's password` {
    @Test(
        arguments: [
            (0x1, "054cc74a37327db215e702e20c73f005"),
            (0x100_0013_82ac_0000, "b6b3e21d0b3a59b38464483bccac73ff"),
            (0x100_0013_82ac_0003, "a392e81d6bee796e8f21e10ff9235f32"),
            (0xff, "2f63a64b79f85779aff6ae70a223e494"),
            (Int64.max, "20f62cb5648dc2d771471c8a2486a9ee"),
        ] as [(Int64, String)])
    func `is the one Apache derives`(session: Int64, password: String) {
        let bytes = SessionPassword.of(SessionID(rawValue: session))
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(hex == password)
    }

    @Test func `opens nothing but its own session`() {
        let one = SessionID(rawValue: 1)
        #expect(SessionPassword.opens(one, with: SessionPassword.of(one)))
        #expect(!SessionPassword.opens(one, with: nil))
        #expect(!SessionPassword.opens(one, with: Array(SessionPassword.of(one).dropLast())))
        #expect(!SessionPassword.opens(.none, with: SessionPassword.of(.none)))
    }
}
