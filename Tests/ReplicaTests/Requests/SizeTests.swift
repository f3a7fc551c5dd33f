import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Zab
import Znodes

/// Whatever clients ask for, no transaction is longer than what every peer takes.
@Suite struct `What is proposed` {
    private static let bytesMax = 4_000

    private func node(_ change: (inout ReplicaSettings) -> Void = { _ in }) -> TestNode {
        TestNode {
            $0.recordBytesMax = Self.bytesMax
            change(&$0)
        }
    }

    private func requireShort(_ node: TestNode, exceptFirst count: Int = 0) throws {
        for transaction in node.logged.dropFirst(count) {
            var bytes = ByteBuffer()
            transaction.encode(into: &bytes)
            #expect(bytes.readableBytes <= Self.bytesMax, "\(transaction.zxid)")
        }
    }

    @Test(
        arguments: [
            (.create, 0), (.create, 2), (.create2, 3), (.createContainer, 4), (.createTTL, 5),
            (.createTTL, 6), (.setData, 0), (.setACL, 0), (.multi, 0),
        ] as [(OpCode, Int32)])
    func `fits, however near a request comes`(code: OpCode, flags: Int32) throws {
        let node = node { $0.rules.access.isOpen = true }
        let client = try node.connect()
        _ = try client.create("/a")
        var codes: Set<ErrorCode?> = []
        for size in Self.bytesMax - 250...Self.bytesMax + 10 {
            let data = [UInt8](repeating: 1, count: size)
            let path = ZnodePath("/\(code)-\(size)-")
            let reply =
                switch code {
                case .setData: try client.setData("/a", data)
                case .setACL:
                    try client.setACL("/a", [RequestedACLEntry(for: data + Array(":h".utf8))])
                case .multi:
                    try client.multi(.set("/a", data), .create(path, flags: 3), .check("/a"))
                case .createTTL:
                    try client.ask(code) {
                        CreateRequest(path: path, data: data, acl: .open, flags: flags, ttlMs: 1000)
                            .encode(into: &$0)
                    }
                default: try client.create(path, data, flags: flags, code: code)
                }
            codes.insert(reply.error)
        }
        #expect(codes == [.ok, .marshallingError])
        try requireShort(node)
        #expect(node.replica.digestMismatches == 0)
    }

    @Test func `holds no ACL of more identities than fit`() throws {
        let node = node()
        let client = try node.connect()
        for number in 0..<30 {
            _ = try client.authenticate(String(repeating: "u", count: 76) + "\(number):p")
        }
        #expect(try client.create("/one", acl: .creator).error == .ok)
        #expect(try client.create("/two", acl: .creator + .anyone(may: .read)).error == .ok)
        _ = try client.create("/three")
        let twice = [RequestedACLEntry(permissions: .read, scheme: "auth", id: "")] + .creator
        #expect(try client.setACL("/three", twice).error == .marshallingError)
        let creates = (0..<2).map { number in
            MultiWrite.create(
                CreateRequest(path: ZnodePath("/m\(number)"), data: [], acl: .creator, flags: 0),
                opcode: OpCode.create.rawValue)
        }
        let reply = try client.ask(.multi) { MultiRequest(writes: creates).encode(into: &$0) }
        #expect(reply.error == .marshallingError)
        #expect(!node.has("/m0"))
        #expect(try client.create("/four").error == .ok, "others go on")
        try requireShort(node)
    }

    @Test func `ends a session whose ephemerals do not fit, and all of them`() throws {
        let node = node()
        let client = try node.connect()
        let name = String(repeating: "n", count: 200)
        for number in 0..<50 { _ = try client.create(ZnodePath("/\(name)\(number)"), flags: 1) }
        let other = try node.connect()
        _ = try other.create("/theirs", flags: 1)
        node.isDiskFast = false
        client.send(.create) {
            CreateRequest(path: "/last", data: [], acl: .open, flags: 1).encode(into: &$0)
        }
        client.send(.closeSession)
        other.send(.create) {
            CreateRequest(path: "/x", data: [], acl: .open, flags: 0).encode(into: &$0)
        }
        node.sync()
        try requireShort(node)
        #expect(node.replica.tree.ephemeralOwners == [other.session])
        #expect(node.has("/theirs") && node.has("/x") && !node.has("/last"))
        #expect(node.replica.digestMismatches == 0)

        let again = TestNode(replaying: node.logged)
        #expect(again.replica.tree.digest == node.replica.tree.digest)
        #expect(again.replica.digestMismatches == 0)
    }

    @Test func `of an earlier time, and too long now, is replayed`() throws {
        let before = TestNode()
        _ = try before.connect().create("/a", [UInt8](repeating: 1, count: 2 * Self.bytesMax))
        let node = TestNode(replaying: before.logged) { $0.recordBytesMax = Self.bytesMax }
        #expect(node.has("/a"))
    }
}

/// A follower asks nothing of its leader that one of Apache's would propose to everybody's harm.
@Suite struct `What a follower asks its leader` {
    private let node: TestNode
    private let client: TestClient

    init() throws {
        node = TestNode.member { $0.recordBytesMax = 100_000 }
        node.follow(in: 2)
        client = node.open()
        try client.connect()
        try node.commitForwarded(as: .createSession(timeoutMs: 10_000), at: Zxid(rawValue: 0x2_0000_0001))
        _ = client.replies()
    }

    private func prove(_ count: Int) throws {
        for number in 0..<count {
            _ = try client.authenticate(String(repeating: "u", count: 1000) + "\(number):p")
        }
    }

    private func create(_ size: Int, acl: [RequestedACLEntry] = .open) {
        client.send(.create) {
            CreateRequest(path: "/a", data: [UInt8](repeating: 0, count: size), acl: acl, flags: 0)
                .encode(into: &$0)
        }
    }

    /// The link to the leader breaks, and there is another one.
    private func changeLeader(to epoch: Int32) {
        node.advance(ms: 1000)
        node.loseLeader()
        node.follow(in: epoch)
        node.step(.link(.fromLeader(QuorumPacket(.sync, zxid: .zero))))
    }

    @Test func `fits when it is proposed`() throws {
        try prove(60)
        let asked = node.forwarded.count
        create(50_000, acl: .creator)
        #expect(client.replies().map(\.error) == [.marshallingError])
        #expect(node.forwarded.count == asked)
        create(10, acl: .creator)
        #expect(node.forwarded.count == asked + 1)
    }

    @Test func `is not asked again when its client has proven more since`() throws {
        try prove(1)
        create(50_000, acl: .creator)
        for number in 1...60 {
            client.send(.auth) {
                let name = String(repeating: "v", count: 1000) + "\(number):p"
                AuthPacket(scheme: "digest", auth: Array(name.utf8)).encode(into: &$0)
            }
        }
        changeLeader(to: 3)
        #expect(node.forwarded.filter { $0.type == OpCode.create.rawValue }.count == 1)
        let replies = client.replies()
        #expect(replies.first?.error == .marshallingError && replies.count == 61)
    }

    @Test func `is not for ever what ends one link after the other`() throws {
        create(70_000)
        for epoch in 3...6 as ClosedRange<Int32> { changeLeader(to: epoch) }
        #expect(node.forwarded.filter { $0.type == OpCode.create.rawValue }.count == 4)
        #expect(client.isClosed)
    }

    @Test func `is asked of every leader while it is small`() throws {
        create(10)
        for epoch in 3...9 as ClosedRange<Int32> { changeLeader(to: epoch) }
        #expect(node.forwarded.filter { $0.type == OpCode.create.rawValue }.count == 8)
        #expect(!client.isClosed)
    }

    @Test func `is bounded by what its identities come to`() throws {
        try prove(100)
        for _ in 0..<200 { create(1) }
        #expect(node.forwarded.filter { $0.type == OpCode.create.rawValue }.count < 100)
        #expect(node.paused.contains(client.id))
    }
}

@Suite struct `Sessions that were heard from` {
    @Test func `are reported in packets that the leader takes`() throws {
        let node = TestNode.member { $0.recordBytesMax = 240 }
        node.follow(in: 2)
        for number in 1...45 {
            let client = node.open()
            try client.connect()
            try node.commitForwarded(
                as: .createSession(timeoutMs: 10_000), at: Zxid(rawValue: 0x2_0000_0000 + Int64(number)))
            client.send(.ping)
        }
        node.hear(.ping(node.replica.tree.lastZxid))
        let reports = node.linkActions.compactMap { action -> Int? in
            guard case .toLeader(let packet) = action, packet.kind == .ping else { return nil }
            return packet.data.flatMap { try? TouchedSessions.decode($0).count }
        }
        #expect(reports == [20, 20, 5])
    }
}

extension RequestedACLEntry {
    fileprivate init(for user: [UInt8]) {
        self.init(permissions: .all, scheme: "digest", id: ByteString(user))
    }
}
