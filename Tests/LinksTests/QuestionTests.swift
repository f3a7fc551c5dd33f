import Links
import NIOCore
import Testing
import Vocabulary
import Wire

/// Questions among Aviary's servers, on the election port (`PeerQuestion`).
@OnLoop @Suite(.timeLimit(.minutes(1))) struct `Questions between servers` {
    private func ensemble() async throws -> [ElectionNode] {
        let nodes = try await ElectionNode.ensemble([1, 2])
        nodes[1].links.whenAsked = { question in
            var answer = question
            answer.writeString("!")
            return OnLoop.loop.makeSucceededFuture(answer)
        }
        return nodes
    }

    private func close(_ nodes: [ElectionNode]) async throws {
        for node in nodes { try await node.links.close().get() }
    }

    @Test func `are answered on connections of their own, and make no link`() async throws {
        let nodes = try await ensemble()
        for _ in 0..<3 {
            let answer = try await nodes[0].links.ask(nodes[1].me, ByteBuffer(string: "well?")).get()
            #expect(answer == ByteBuffer(string: "well?!"))
        }
        #expect(!nodes[0].isLinked(to: nodes[1]) && !nodes[1].isReachable(nodes[0].me))
        try await close(nodes)
    }

    @Test func `are not answered where nobody does, nor to strangers`() async throws {
        let nodes = try await ensemble()
        await #expect(throws: (any Error).self) {
            _ = try await nodes[1].links.ask(nodes[0].me, ByteBuffer(string: "well?")).get()
        }
        let stranger = try await Stranger(port: nodes[1].links.boundPort)
        var bytes = ByteBuffer()
        PeerQuestion(peer: PeerID(rawValue: 9), question: ByteBuffer()).encode(into: &bytes)
        try await stranger.channel.writeAndFlush(bytes)
        try await eventually("closed") { stranger.isClosed }
        #expect(stranger.heard.readableBytes == 0)
        try await close(nodes)
    }

    /// As Apache's 3.4 reads it: whatever number below zero is followed by the asker and a length.
    @Test func `are refused by Apache's servers of any version`() {
        var bytes = ByteBuffer()
        PeerQuestion(peer: PeerID(rawValue: 2), question: ByteBuffer(string: "well?")).encode(into: &bytes)
        let version = bytes.readInteger(as: Int64.self) ?? 0
        #expect(version < 0 && version != -65536 && version != -65535)
        #expect(bytes.readInteger(as: Int64.self) == 2)
        #expect(bytes.readInteger(as: Int32.self) == -1)
    }
}
