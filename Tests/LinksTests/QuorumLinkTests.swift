import NIOCore
import Replica
import SeededRandom
import Testing
import Vocabulary
import Wire
import Zab

@testable import Links

@OnLoop @Suite(.timeLimit(.minutes(5))) struct `Quorum links` {
    @Test func `carry packets both ways, in order`() async throws {
        let (leader, learner) = (try await QuorumNode(2), try await QuorumNode(1))
        let link = try await QuorumNode.pair(leader: leader, learner: learner)
        for number in 1...2000 {
            leader.links.send(.numbered(number), to: link)
            learner.links.sendToLeader(.numbered(number, .request))
            if number.isMultiple(of: 100) { try await settle() }
            if number.isMultiple(of: 150) { leader.links.flush() }
        }
        try await eventually("all came") {
            learner.fromLeader.count == 2000 && leader.packets(on: link).count == 2001
        }
        #expect(learner.fromLeader == (1...2000).map { .numbered($0) })
        #expect(
            leader.packets(on: link) == [.introduction(of: 1)] + (1...2000).map { .numbered($0, .request) })
        #expect(leader.up == [link] && leader.down.isEmpty && learner.leaderUps == 1)
        try await close([leader, learner])
    }

    @Test func `let only commits of earlier proposals go ahead of those that wait`() async throws {
        let (leader, learner) = (try await QuorumNode(2), try await QuorumNode(1))
        let link = try await QuorumNode.pair(leader: leader, learner: learner)
        leader.flushes = false
        func send(_ packets: [QuorumPacket]) { for packet in packets { leader.links.send(packet, to: link) } }

        send([.numbered(5, .proposal), .numbered(6, .proposal), .numbered(4, .commit)])
        leader.links.flush(proposals: false)
        try await eventually("the commit came") { learner.fromLeader == [.numbered(4, .commit)] }
        #expect(leader.links.hasUnsent)
        try await settle()
        #expect(learner.fromLeader.count == 1, "the proposals wait")
        leader.links.flush()
        #expect(!leader.links.hasUnsent)
        try await eventually("they came") { learner.fromLeader.count == 3 }

        // Whatever speaks of a proposal, or of something else, comes behind it.
        for last in [QuorumPacket.numbered(8, .commit), .numbered(2, .ping), .numbered(9, .upToDate)] {
            learner.fromLeader = []
            let packets: [QuorumPacket] = [.numbered(8, .proposal), last, .numbered(9, .proposal)]
            send(packets)
            leader.links.flush(proposals: false)
            try await eventually("two came") { learner.fromLeader == Array(packets[..<2]) }
            leader.links.flush()
            try await eventually("the third came") { learner.fromLeader == packets }
        }
        learner.fromLeader = []
        send([.numbered(10, .proposal)])
        leader.links.sendRaw(ByteBuffer(bytes: QuorumPacket.numbered(11, .ping).bytes), to: link)
        leader.links.flush(proposals: false)
        try await eventually("bytes end the wait too") { learner.fromLeader.count == 2 }
        #expect(learner.fromLeader.first == .numbered(10, .proposal))
        try await close([leader, learner])
    }

    @Test(arguments: [1, 100, 100_000, 5_000_000])
    func `carry a tree between two packets`(count: Int) async throws {
        let (leader, learner) = (try await QuorumNode(2), try await QuorumNode(1))
        let link = try await QuorumNode.pair(leader: leader, learner: learner)
        var random = SeededGenerator(seed: UInt64(count))
        let tree = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        learner.snapshotBytesExpected = count
        leader.links.send(.numbered(1, .snapshot), to: link)
        var rest = tree[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...60_000, using: &random))
            leader.links.sendRaw(ByteBuffer(bytes: piece), to: link)
            rest = rest.dropFirst(piece.count)
        }
        leader.links.send(.numbered(2, .newLeader), to: link)
        leader.links.send(.numbered(3, .upToDate), to: link)
        try await eventually("all came") { learner.fromLeader.count == 3 }
        #expect(learner.snapshot == tree)
        #expect(learner.fromLeader.map(\.kind) == [.snapshot, .newLeader, .upToDate])
        try await close([leader, learner])
    }

    @Test func `outlive a request that is too large`() async throws {
        let (leader, learner) = (try await QuorumNode(2), try await QuorumNode(1))
        let link = try await QuorumNode.pair(leader: leader, learner: learner)
        let head = ForwardedRequest(session: .none, cxid: 1, type: 1, body: ByteBuffer())
        for body in [2 << 20, 10, 3 << 20] {
            var request = head
            request.body = ByteBuffer(repeating: 1, count: body)
            let identity = QuorumPacket.Identity(
                scheme: "digest", id: ByteString([UInt8](repeating: 65, count: 900_000)))
            learner.links.sendToLeader(
                QuorumPacket(
                    .request, zxid: .zero, data: request.encoded,
                    identities: Array(repeating: identity, count: 3)))
            learner.links.sendToLeader(.numbered(body, .request))
        }
        try await eventually("all came") { leader.packets(on: link).count == 7 }
        let packets = leader.packets(on: link).dropFirst()
        #expect(packets.map(\.isCutShort) == [true, false, true, false, true, false])
        #expect(packets.first?.data == head.encoded)
        #expect(leader.down.isEmpty && learner.leaderDowns == 0)
        try await close([leader, learner])
    }

    @Test func `tell a learner once that its leader is gone`() async throws {
        let (leader, learner) = (try await QuorumNode(2), try await QuorumNode(1))
        _ = try await QuorumNode.pair(leader: leader, learner: learner)
        try await leader.links.close().onLoop()
        try await eventually("noticed") { learner.leaderDowns == 1 }
        learner.links.sendToLeader(.numbered(1))
        try await settle()
        #expect(learner.leaderDowns == 1)
        #expect(leader.down.isEmpty, "closed, and still calling back")

        learner.links.follow(leader.me, afterMs: 1)
        try await eventually("nobody listens") { learner.leaderDowns == 2 }
        learner.links.follow(PeerID(rawValue: 77), afterMs: 0)
        #expect(learner.leaderDowns == 2, "not from inside")
        try await eventually("nobody known") { learner.leaderDowns == 3 }
        #expect(learner.leaderUps == 1)
        try await close([learner])
    }

    @Test func `are silent once not followed any more`() async throws {
        let (leader, learner) = (try await QuorumNode(2), try await QuorumNode(1))
        let link = try await QuorumNode.pair(leader: leader, learner: learner)
        leader.links.send(.numbered(1), to: link)
        leader.links.flush()
        learner.links.sendToLeader(.numbered(9, .acknowledgement))
        learner.links.unfollow()
        try await eventually("noticed") { leader.down == [link] }
        #expect(leader.packets(on: link).last == .numbered(9, .acknowledgement), "last words")
        // Nor is an attempt that is under way, or one that waits.
        learner.links.follow(leader.me, afterMs: 0)
        try await settle()
        learner.links.unfollow()
        learner.links.follow(leader.me, afterMs: 1)
        learner.links.unfollow()
        let second = try await QuorumNode.pair(leader: leader, learner: learner)
        #expect(second != link && learner.fromLeader.isEmpty)
        #expect(learner.leaderDowns == 0)
        try await close([leader, learner])
    }

    @Test func `go from one leader to the next`() async throws {
        let (first, second) = (try await QuorumNode(2), try await QuorumNode(3))
        let learner = try await QuorumNode(1)
        let link = try await QuorumNode.pair(leader: first, learner: learner)
        let other = try await QuorumNode.pair(leader: second, learner: learner)
        try await eventually("left") { first.down == [link] }
        second.links.send(.numbered(5), to: other)
        try await eventually("came") { learner.fromLeader == [.numbered(5)] }
        #expect(learner.leaderUps == 2 && learner.leaderDowns == 0)
        try await close([first, second, learner])
    }

    @Test func `that are dropped are reported once, and not from inside`() async throws {
        let (leader, learner) = (try await QuorumNode(2), try await QuorumNode(1))
        let link = try await QuorumNode.pair(leader: leader, learner: learner)
        learner.links.sendToLeader(.numbered(1))
        learner.links.flush()
        leader.links.drop(link, because: "of this test")
        leader.links.drop(link, because: "of this test")
        #expect(leader.down.isEmpty)
        leader.links.send(.numbered(1), to: link)
        try await eventually("both know") { leader.down == [link] && learner.leaderDowns == 1 }
        try await settle()
        #expect(leader.down == [link] && leader.packets(on: link).count == 1)
        try await close([leader, learner])
    }

    @Test func `of a learner that does not read are closed at a bound`() async throws {
        let leader = try await QuorumNode(2, unsentBytesMax: 8 << 20)
        let deaf = try await Stranger(port: leader.links.boundPort)
        try await deaf.stopReading()
        deaf.say(QuorumPacket.introduction(of: 1).bytes)
        try await eventually("introduced") { leader.up.count == 1 }
        let packet = QuorumPacket(.proposal, zxid: .zero, data: ByteBuffer(repeating: 1, count: 100_000))
        var sent = 0
        while leader.down.isEmpty, sent < 1000 {
            leader.links.send(packet, to: leader.up[0])
            #expect(leader.links.learners[leader.up[0]]?.isBehind(by: 9 << 20) != true)
            sent += 1
            if sent.isMultiple(of: 10) { try await settle() }
        }
        #expect(leader.down == leader.up && sent > 80)
        try await close([leader])
    }

    @Test func `of a learner that is sent a tree stay open, however large it is`() async throws {
        let leader = try await QuorumNode(2, unsentBytesMax: 8 << 20)
        let deaf = try await Stranger(port: leader.links.boundPort)
        try await deaf.stopReading()
        deaf.say(QuorumPacket.introduction(of: 1).bytes)
        try await eventually("introduced") { leader.up.count == 1 }
        for _ in 0..<30 { leader.links.sendRaw(ByteBuffer(repeating: 1, count: 1 << 20), to: leader.up[0]) }
        try await settle()
        #expect(leader.down.isEmpty)
        let packet = QuorumPacket(.proposal, zxid: .zero, data: ByteBuffer(repeating: 1, count: 100_000))
        for _ in 0..<60 { leader.links.send(packet, to: leader.up[0]) }
        try await settle()
        #expect(leader.down.isEmpty, "6 MB beside the tree")
        for sent in 0..<600 where leader.down.isEmpty {
            leader.links.send(packet, to: leader.up[0])
            if sent.isMultiple(of: 10) { try await settle() }
        }
        #expect(leader.down == leader.up)
        try await close([leader])
    }

    @Test func `that nobody listens for are refused, and those that are up stay`() async throws {
        let (leader, learner) = (try await QuorumNode(2), try await QuorumNode(1))
        let link = try await QuorumNode.pair(leader: leader, learner: learner)
        let late = try await QuorumNode(3)
        late.links.members = learner.links.members
        try await leader.links.stopListening().onLoop()
        late.links.follow(leader.me, afterMs: 0)
        try await eventually("refused") { late.leaderDowns == 1 && late.leaderUps == 0 }
        leader.links.send(.numbered(4), to: link)
        try await eventually("still there") { learner.fromLeader == [.numbered(4)] }
        try await leader.links.listen(host: "127.0.0.1", port: 0).onLoop()
        _ = try await QuorumNode.pair(leader: leader, learner: late)
        try await close([leader, learner, late])
    }

    /// All addresses: that is IPv6 and IPv4, where there are both.
    @Test func `come to any address of a port that has none of its own`() async throws {
        let links = QuorumLinks(
            me: PeerID(rawValue: 1), members: [:], dataBytesMax: 1 << 20, loop: OnLoop.loop, log: .silent)
        var introduced = 0
        links.whenHappened = { if case .learnerLinkUp = $0 { introduced += 1 } }
        try await links.listen(host: nil, port: 0).onLoop()
        let stranger = try await Stranger(port: links.boundPort)
        stranger.say(QuorumPacket.introduction(of: 2).bytes)
        try await eventually("introduced") { introduced == 1 }
        let taken = try #require(links.boundPort)
        let other = try await QuorumNode(2)
        await #expect(throws: IOError.self) {
            try await other.links.listen(host: "127.0.0.1", port: taken).onLoop()
        }
        try await links.close().onLoop()
        try await close([other])
    }

    private func close(_ nodes: [QuorumNode]) async throws {
        for node in nodes { try await node.links.close().onLoop() }
    }
}
