import Links
import NIOCore
import Testing
import Vocabulary
import Wire
import Zab

/// A write that fails makes NIO read what the peer sent last, and close, all inside that write.
@OnLoop @Suite(.timeLimit(.minutes(5))) struct `A write that fails` {
    @Test func `calls nobody back from inside, at the quorum port`() async throws {
        let leader = try await QuorumNode(2)
        let stranger = try await Stranger(port: leader.links.boundPort)
        stranger.say(QuorumPacket.introduction(of: 1).bytes)
        try await eventually("introduced") { leader.up.count == 1 }
        let link = leader.up[0]
        stranger.say(QuorumPacket.numbered(1, .acknowledgement).bytes)
        stranger.close()
        for _ in 0..<5 {
            leader.links.send(.numbered(2), to: link)
            leader.links.flush()
        }
        #expect(leader.fromLearners.count == 1 && leader.down.isEmpty)
        try await eventually("reported") { leader.down == [link] }
        try await settle()
        #expect(leader.down == [link])
        try await leader.links.close().onLoop()
    }

    @Test func `calls nobody back from inside, at the election port`() async throws {
        let node = try await ElectionNode(1)
        let peer = PeerID(rawValue: 9)
        node.links.members = [peer: node.address]
        let stranger = try await Stranger(port: node.links.boundPort)
        stranger.greet(as: 9)
        try await eventually("known") { node.isReachable(peer) }
        stranger.say { bytes in
            bytes.writeLengthPrefixed { Notification.sample(of: peer, round: 3).encode(into: &$0) }
        }
        stranger.close()
        for round in 1...5 as ClosedRange<Int64> {
            node.links.notify(peer, .sample(of: node.me, round: round))
        }
        #expect(node.heard.isEmpty && node.isReachable(peer))
        try await eventually("reported") { !node.isReachable(peer) }
        #expect(node.reports.count == 2)
        try await node.links.close().onLoop()
    }
}
