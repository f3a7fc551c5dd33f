import Links
import NIOCore
import SeededRandom
import Testing
import Vocabulary
import Wire
import Zab

/// Whatever comes to a port costs the connection it came on, and nothing else.
@OnLoop @Suite(.timeLimit(.minutes(5))) struct `Foreign bytes` {
    /// Beginnings that no server makes.
    @Test(arguments: [
        Array("GET / HTTP/1.1\r\n\r\n".utf8),
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 2, 0, 0, 0, 0, 0, 0, 0, 9],
        [0, 0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0, 77],
    ])
    func `on the election port close their connection`(bytes: [UInt8]) async throws {
        let nodes = try await linkedPair()
        let stranger = try await Stranger(port: nodes[0].links.boundPort)
        stranger.say(bytes)
        try await eventually("closed") { stranger.isClosed }
        try await expectGoodLink(nodes)
    }

    @Test(arguments: [0, -1, 524_289, .max, .min] as [Int32])
    func `of impossible length close an election link`(length: Int32) async throws {
        let nodes = try await linkedPair(and: 9)
        let stranger = try await Stranger(port: nodes[0].links.boundPort)
        stranger.greet(as: 9)
        try await eventually("known") { nodes[0].isReachable(PeerID(rawValue: 9)) }
        stranger.say { $0.writeInteger(length) }
        try await eventually("closed") { stranger.isClosed && !nodes[0].isReachable(PeerID(rawValue: 9)) }
        try await expectGoodLink(nodes)
    }

    @Test func `in a notification are left out, and the link stays`() async throws {
        let nodes = try await linkedPair(and: 9)
        let stranger = try await Stranger(port: nodes[0].links.boundPort)
        stranger.greet(as: 9)
        for bytes in [[1], [UInt8](repeating: 0xee, count: 60)] as [[UInt8]] {
            stranger.say { buffer in buffer.writeLengthPrefixed { $0.writeBytes(bytes) } }
        }
        stranger.say { buffer in
            buffer.writeLengthPrefixed { Notification.sample(of: nodes[0].me, round: 3).encode(into: &$0) }
        }
        try await eventually("the good one is heard") { nodes[0].heard.map(\.notification.round) == [3] }
        #expect(!stranger.isClosed)
        try await expectGoodLink(nodes)
    }

    @Test func `cut anywhere in a greeting or a frame close their connection`() async throws {
        let nodes = try await linkedPair(and: 9)
        var whole = ByteBuffer()
        ElectionGreeting(peer: PeerID(rawValue: 9), address: "a:1").encode(into: &whole)
        let greetingBytes = whole.readableBytes
        whole.writeLengthPrefixed { Notification.sample(of: nodes[0].me, round: 3).encode(into: &$0) }
        for length in 0..<whole.readableBytes {
            let stranger = try await Stranger(port: nodes[0].links.boundPort)
            stranger.say(whole.readableBytesView.prefix(length))
            stranger.close()
            try await eventually("closed") { stranger.isClosed }
        }
        let ups = whole.readableBytes - greetingBytes
        let peer = PeerID(rawValue: 9)
        try await eventually("every link that was one is gone") {
            nodes[0].reports.count { $0.peer == peer && $0.isUp } == ups && !nodes[0].isReachable(peer)
        }
        #expect(nodes[0].heard.isEmpty)
        try await expectGoodLink(nodes)
    }

    @Test func `that never come end in a timeout`() async throws {
        let election = try await ElectionNode(1, handshakeTimeoutMs: 50)
        let quorum = try await QuorumNode(1, handshakeTimeoutMs: 50)
        let strangers = [
            try await Stranger(port: election.links.boundPort),
            try await Stranger(port: quorum.links.boundPort),
        ]
        try await eventually("closed") { strangers.allSatisfy(\.isClosed) }
        #expect(quorum.up.isEmpty && election.reports.isEmpty)
        try await quorum.links.close().onLoop()
        try await election.links.close().onLoop()
    }

    @Test func `are waited for on few connections at once`() async throws {
        let election = try await ElectionNode(1, handshakeTimeoutMs: 60_000)
        let quorum = try await QuorumNode(1, handshakeTimeoutMs: 60_000)
        for port in [election.links.boundPort, quorum.links.boundPort] {
            var strangers: [Stranger] = []
            for _ in 0..<100 { strangers.append(try await Stranger(port: port)) }
            try await eventually("those too many are closed") { strangers.count(where: \.isClosed) == 36 }
            strangers.first { !$0.isClosed }?.close()
            let late = try await Stranger(port: port)
            late.say("HELO".utf8)
            try await settle()
            #expect(strangers.count { !$0.isClosed } == 63)
            #expect(strangers.prefix(36).count(where: \.isClosed) == 36, "the oldest")
            late.close()
            for stranger in strangers { stranger.close() }
        }
        let learner = try await QuorumNode(2)
        _ = try await QuorumNode.pair(leader: quorum, learner: learner)
        for node in [quorum, learner] { try await node.links.close().onLoop() }
        try await election.links.close().onLoop()
    }

    @Test(arguments: [
        QuorumPacket(.acknowledgement, zxid: .zero).bytes, [0, 0, 0, 99], Array("ruok".utf8),
        [0, 0, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff],
    ])
    func `on the quorum port close their connection unreported`(bytes: [UInt8]) async throws {
        let leader = try await QuorumNode(1)
        let stranger = try await Stranger(port: leader.links.boundPort)
        stranger.say(bytes)
        try await eventually("closed") { stranger.isClosed }
        #expect(leader.up.isEmpty && leader.down.isEmpty)
        try await leader.links.close().onLoop()
    }

    @Test(arguments: QuorumPacket.Kind.allCases)
    func `cut anywhere in a packet close a learner's link`(kind: QuorumPacket.Kind) async throws {
        let leader = try await QuorumNode(1)
        let whole = QuorumPacket.numbered(9, kind).bytes
        for length in 0..<whole.count {
            let stranger = try await Stranger(port: leader.links.boundPort)
            stranger.say(QuorumPacket.introduction(of: 2).bytes + whole.prefix(length))
            stranger.close()
        }
        try await eventually("all came and went") { leader.down.count == whole.count }
        #expect(Set(leader.down) == Set(leader.up) && leader.up.count == whole.count)
        #expect(leader.fromLearners.count == whole.count, "introductions and nothing more")
        try await leader.links.close().onLoop()
    }

    @Test(arguments: 1...2 as ClosedRange<UInt64>)
    func `by the megabyte leave good links alone`(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let nodes = try await linkedPair(and: 9)
        let (leader, learner) = (try await QuorumNode(2), try await QuorumNode(1))
        let link = try await QuorumNode.pair(leader: leader, learner: learner)
        var strangers: [Stranger] = []
        for attempt in 0..<64 {
            var noise = ByteBuffer()
            for _ in 0..<8192 { noise.writeInteger(random.next()) }
            let voter = try await Stranger(port: nodes[0].links.boundPort)
            if attempt.isMultiple(of: 2) { voter.greet(as: 9) }
            let follower = try await Stranger(port: leader.links.boundPort)
            if attempt.isMultiple(of: 2) { follower.say(QuorumPacket.introduction(of: 3).bytes) }
            voter.say(noise.readableBytesView)
            follower.say(noise.readableBytesView)
            strangers += [voter, follower]
        }
        for stranger in strangers { stranger.close() }
        try await eventually("all went, seed \(seed)") {
            strangers.allSatisfy(\.isClosed) && leader.down.count == leader.up.count - 1
        }
        #expect(!leader.down.contains(link))
        leader.links.send(.numbered(1), to: link)
        try await eventually("the good learner hears") { learner.fromLeader == [.numbered(1)] }
        for node in [leader, learner] { try await node.links.close().onLoop() }
        try await expectGoodLink(nodes)
    }

    @Test func `where a leader should speak end the link to it`() async throws {
        let leader = try await QuorumNode(2)
        let learner = try await QuorumNode(1)
        let link = try await QuorumNode.pair(leader: leader, learner: learner)
        leader.links.sendRaw(ByteBuffer(repeating: 0xee, count: 100_000), to: link)
        try await eventually("left") { learner.leaderDowns == 1 && leader.down == [link] }
        for node in [leader, learner] { try await node.links.close().onLoop() }
    }

    @Test func `of a tree that nobody takes end the link to the leader`() async throws {
        let leader = try await QuorumNode(2)
        let learner = try await QuorumNode(1)
        let link = try await QuorumNode.pair(leader: leader, learner: learner)
        learner.links.whenSnapshotBytes = { _ in false }
        leader.links.send(.numbered(1, .snapshot), to: link)
        for _ in 0..<40 { leader.links.sendRaw(ByteBuffer(repeating: 0, count: 100_000), to: link) }
        try await eventually("left") { learner.leaderDowns == 1 && leader.down == [link] }
        for node in [leader, learner] { try await node.links.close().onLoop() }
    }

    /// Two servers with a link; the first knows of one more.
    private func linkedPair(and number: Int64? = nil) async throws -> [ElectionNode] {
        let nodes = try await ElectionNode.ensemble([1, 2])
        if let number { nodes[0].links.members[PeerID(rawValue: number)] = nodes[0].address }
        nodes[1].links.seek(nodes[0].me)
        try await eventually("one link") { nodes[0].isLinked(to: nodes[1]) }
        return nodes
    }

    private func expectGoodLink(_ nodes: [ElectionNode]) async throws {
        #expect(nodes[0].isLinked(to: nodes[1]))
        #expect(nodes[0].reports.count { $0.peer == nodes[1].me } == 1)
        nodes[0].notify(nodes[1], round: 50)
        nodes[1].notify(nodes[0], round: 60)
        try await eventually("both hear") {
            nodes[1].rounds(from: nodes[0]) == [50] && nodes[0].rounds(from: nodes[1]) == [60]
        }
        for node in nodes { try await node.links.close().onLoop() }
    }
}
