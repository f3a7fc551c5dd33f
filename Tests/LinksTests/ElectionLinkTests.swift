import Links
import NIOCore
import SeededRandom
import Testing
import Vocabulary
import Wire
import Zab

@OnLoop @Suite(.timeLimit(.minutes(5))) struct `Election links` {
    /// Who dials, in which order.
    @Test(arguments: [[1], [2], [1, 2], [2, 1], [1, 1, 2, 2, 1]])
    func `come to one for two servers, whoever dials`(order: [Int64]) async throws {
        let nodes = try await ElectionNode.ensemble([1, 2])
        for number in order {
            nodes[number == 1 ? 0 : 1].links.seek(PeerID(rawValue: number == 1 ? 2 : 1))
        }
        try await eventually("one link") { nodes[0].isLinked(to: nodes[1]) }
        #expect(nodes[0].isReachable(nodes[1].me) && nodes[1].isReachable(nodes[0].me))
        try await close(nodes)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `come to one a pair for three, in any disorder`(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let nodes = try await ElectionNode.ensemble([1, 2, 3])
        for round in 1...40 as ClosedRange<Int64> {
            let (from, to) = (Int.random(in: 0..<3, using: &random), Int.random(in: 0..<3, using: &random))
            if random.isOneIn(2) {
                nodes[from].notify(nodes[to], round: round)
            } else {
                nodes[from].links.seek(nodes[to].me)
            }
            if random.isOneIn(3) { try await settle() }
        }
        let pairs = [(0, 1), (0, 2), (1, 2)]
        for (one, other) in pairs { nodes[one].links.seek(nodes[other].me) }
        try await eventually("a link a pair, seed \(seed)") {
            pairs.allSatisfy { nodes[$0.0].isLinked(to: nodes[$0.1]) }
        }
        for node in nodes { for other in nodes where other !== node { node.notify(other, round: 99) } }
        try await eventually("all heard, seed \(seed)") {
            pairs.allSatisfy {
                nodes[$0.0].rounds(from: nodes[$0.1]).last == 99
                    && nodes[$0.1].rounds(from: nodes[$0.0]).last == 99
            }
        }
        for node in nodes { #expect(!node.heard.contains { $0.sender == node.me }) }
        try await close(nodes)
    }

    @Test(arguments: [(0, 1), (1, 0)])
    func `carry the newest of what was said before there was one`(from: Int, to: Int) async throws {
        let nodes = try await ElectionNode.ensemble([1, 2])
        for round in 1...3 as ClosedRange<Int64> { nodes[from].notify(nodes[to], round: round) }
        try await eventually("heard") { !nodes[to].heard.isEmpty }
        nodes[from].notify(nodes[to], round: 4)
        nodes[from].notify(nodes[to], round: 5)
        try await eventually("heard") { nodes[to].rounds(from: nodes[from]).last == 5 }
        #expect(nodes[to].rounds(from: nodes[from]) == [3, 4, 5])
        try await close(nodes)
    }

    @Test(arguments: [(0, 1), (1, 0)])
    func `that break are reported, and dialed by the next word`(living: Int, dying: Int) async throws {
        let nodes = try await ElectionNode.ensemble([1, 2])
        nodes[living].links.seek(nodes[dying].me)
        try await eventually("one link") { nodes[0].isLinked(to: nodes[1]) }
        let port = try #require(nodes[dying].links.boundPort)
        try await nodes[dying].links.close().onLoop()
        try await eventually("reported") { !nodes[living].isReachable(nodes[dying].me) }

        let risen = try await ElectionNode(nodes[dying].me.rawValue, port: port)
        risen.links.members = nodes[living].links.members
        nodes[living].notify(risen, round: 7)
        try await eventually("heard") { risen.rounds(from: nodes[living]) == [7] }
        #expect(nodes[living].isReachable(risen.me))
        #expect(nodes[dying].reports.count { !$0.isUp } == 0, "closed, and still calling back")
        try await close([nodes[living], risen])
    }

    /// With much time for the other side to dial back, and with little.
    @Test(arguments: [600_000, 3000] as [Int64])
    func `of the smaller number greet and leave, and do not knock twice`(timeoutMs: Int64) async throws {
        let doorstep = try await Doorstep()
        let node = try await ElectionNode(3, connectTimeoutMs: timeoutMs)
        node.links.members = [
            PeerID(rawValue: 3): MemberAddress(host: "::1", quorumPort: 1, electionPort: 21013),
            PeerID(rawValue: 4): MemberAddress(host: "127.0.0.1", quorumPort: 1, electionPort: doorstep.port),
        ]
        node.links.seek(PeerID(rawValue: 4))
        try await eventually("came and left") { doorstep.guestCount == 1 && doorstep.haveAllLeft }
        var greeting = ByteBuffer()
        ElectionGreeting(peer: PeerID(rawValue: 3), address: "[::1]:21013").encode(into: &greeting)
        #expect(doorstep.firstWords == Array(greeting.readableBytesView))
        if timeoutMs < 60_000 {
            try await eventually("knocks again") {
                node.links.seek(PeerID(rawValue: 4))
                return doorstep.guestCount == 2
            }
        } else {
            for _ in 0..<5 {
                node.links.seek(PeerID(rawValue: 4))
                try await settle()
            }
            #expect(doorstep.guestCount == 1)
        }
        #expect(node.reports.isEmpty)
        try await close([node])
        try await doorstep.close()
    }

    @Test func `of the larger number replace the one before`() async throws {
        let node = try await ElectionNode(1)
        node.links.members = [PeerID(rawValue: 9): node.address]
        let first = try await Stranger(port: node.links.boundPort)
        first.greet(as: 9)
        try await eventually("known") { node.reports.count == 1 }
        let second = try await Stranger(port: node.links.boundPort)
        second.greet(as: 9)
        try await eventually("replaced") { node.reports.count == 2 && first.isClosed }
        try await settle()
        #expect(node.reports.allSatisfy { $0.isUp })
        node.links.notify(PeerID(rawValue: 9), .sample(of: node.me, round: 5))
        try await eventually("spoken to") { second.heard.readableBytes > 40 }
        try await close([node])
    }

    @Test func `of observers without a number get numbers of ours`() async throws {
        let node = try await ElectionNode(1, admitsJoiners: true)
        let observers = [
            try await Stranger(port: node.links.boundPort), try await Stranger(port: node.links.boundPort),
        ]
        for observer in observers {
            observer.greet(as: .max)
            observer.say { bytes in
                bytes.writeLengthPrefixed { Notification.sample(of: node.me, round: 1).encode(into: &$0) }
            }
        }
        try await eventually("heard") { node.heard.count == 2 }
        #expect(Set(node.heard.map(\.sender.rawValue)) == [-1, -2])
        node.links.notify(PeerID(rawValue: -1), .sample(of: node.me, round: 5))
        try await eventually("answered") { observers.contains { $0.heard.readableBytes > 40 } }
        for observer in observers { observer.close() }
        try await eventually("gone") { node.reports.count { !$0.isUp } == 2 }
        try await close([node])
    }

    @Test func `to a peer that does not read hold one message`() async throws {
        let node = try await ElectionNode(1)
        let peer = PeerID(rawValue: 9)
        node.links.members = [peer: node.address]
        let deaf = try await Stranger(port: node.links.boundPort)
        deaf.greet(as: 9)
        try await eventually("known") { node.isReachable(peer) }
        try await deaf.stopReading()
        let configuration = ByteString([UInt8](repeating: 0x20, count: 100_000))
        for round in 1...1000 as ClosedRange<Int64> {
            node.links.notify(peer, .sample(of: node.me, round: round, configuration: configuration))
        }
        let held = try node.links.bytesHeld(for: peer)
        #expect(held < 1 << 20, "\(held) bytes wait for one that does not read")
        try await deaf.channel.setOption(.autoRead, value: true).onLoop()
        let frameBytes = 4 + 44 + configuration.count
        try await eventually("the newest came last") {
            guard deaf.heard.readableBytes.isMultiple(of: frameBytes) else { return false }
            let last = deaf.heard.writerIndex - frameBytes
            return deaf.heard.getInteger(at: last + 24, as: Int64.self) == 1000
        }
        try await close([node])
    }

    private func close(_ nodes: [ElectionNode]) async throws {
        for node in nodes { try await node.links.close().onLoop() }
    }
}
