import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Zab
import Znodes

/// Found by `aviary-sim`: a write that was under way when the leader was lost takes effect once.
@Suite struct `A learner that comes back to its leader` {
    private let node: TestNode
    private let client: TestClient

    /// A follower in epoch 2 whose client has asked for a znode; the leader has heard of it.
    init() throws {
        node = TestNode.member()
        node.follow(in: 2)
        client = node.open()
        try client.connect()
        try node.commitForwarded(as: .createSession(timeoutMs: 10_000), at: Zxid(rawValue: 0x2_0000_0001))
        _ = client.replies()
        client.send(.create) { CreateRequest(path: "/a", data: [], acl: .open, flags: 0).encode(into: &$0) }
    }

    private var asked: [Int32] { node.forwarded.map(\.type) }

    /// The link to the leader breaks, and is made again in the same epoch.
    private func comeBack() {
        node.loseLeader()
        node.electServer2(round: 900)
        node.step(.link(.leaderLinkUp))
        node.hear(.leaderInfo(Epoch(rawValue: 2)))
        node.hear(.diff(through: node.replica.tree.lastZxid))
        node.hear(.newLeader(Epoch(rawValue: 2), configuration: ""))
        node.hear(.upToDate)
    }

    private func synchronize() {
        node.answerSync()
    }

    @Test func `asks how far that is before it gives it a write again`() {
        comeBack()
        let code = OpCode.create.rawValue
        #expect(asked.suffix(2) == [code, OpCode.sync.rawValue])
        #expect(!node.isServing)
        synchronize()
        #expect(asked.suffix(2) == [OpCode.sync.rawValue, code])
        #expect(node.isServing)
    }

    /// Its client may have said more on the other connection since.
    @Test func `gives it no write of a connection that another has taken the place of`() throws {
        let session = try #require(node.forwarded.last).session
        let other = node.open()
        try other.connect(session: session, password: SessionPassword.of(session))
        let answer = Revalidation.answer(session, isValid: true)
        node.step(.link(.fromLeader(QuorumPacket(.revalidate, zxid: .zero, data: answer))))
        comeBack()
        synchronize()
        #expect(asked.filter { $0 == OpCode.create.rawValue }.count == 1)
        #expect(node.isServing)
    }

    @Test func `gives it no write that was under way there`() throws {
        let request = try #require(node.forwarded.last)
        comeBack()
        let change = Change.create(
            Creation(
                kind: .create, path: "/a", data: [], acl: .open, isEphemeral: false, parentCversion: 1))
        let zxid = Zxid(rawValue: 0x2_0000_0002)
        let transaction = Transaction(
            session: request.session, cxid: request.cxid, zxid: zxid, timeMs: node.now.wallMs, change: change)
        var bytes = ByteBuffer()
        transaction.encode(into: &bytes)
        node.hear(.proposal(Entry(zxid, bytes)))
        node.hear(.commit(zxid))
        synchronize()
        #expect(asked.last == OpCode.sync.rawValue)
        #expect(client.replies().map(\.error) == [.ok])
    }

    @Test func `gives it nothing again that may be in the tree it was sent`() throws {
        let count = node.forwarded.count
        node.loseLeader()
        node.electServer2(round: 900)
        node.step(.link(.leaderLinkUp))
        node.hear(.leaderInfo(Epoch(rawValue: 2)))
        node.hear(.snapshot(Zxid(rawValue: 0x2_0000_0009)))
        var stream = TestNode.stream(of: Tree(seed: 1))
        #expect(try node.replica.readSnapshot(&stream))
        node.hear(.newLeader(Epoch(rawValue: 2), configuration: ""))
        node.hear(.upToDate)
        #expect(node.isServing)
        #expect(node.closed.contains(client.id))
        #expect(node.forwarded.count == count)
    }
}
