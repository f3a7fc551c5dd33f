import NIOCore
import Testing
import Vocabulary
import Wire
import Zab

/// What Apache's servers said to one another (`Golden/peers.hex`).
@Suite struct `A recorded word between servers` {
    static let packets = RecordedLine.betweenServers.filter { $0.direction != .election }
    static let elections = RecordedLine.betweenServers.filter { $0.direction == .election }

    @Test(arguments: packets)
    func `is a packet, both ways`(line: RecordedLine) throws {
        var stream = ByteBuffer(bytes: line.bytes)
        let packet = try #require(try QuorumPacket(from: &stream, dataBytesMax: 1 << 20))
        #expect("\(packet.kind)" == line.name)
        #expect(stream.readableBytes == 0)
        var written = ByteBuffer()
        packet.encode(into: &written)
        #expect(Array(written.readableBytesView) == line.bytes)
        if line.direction == .learner {
            // Some of these carry a zxid that nobody reads.
            if let message = try packet.learnerMessage() {
                #expect(packet.kind == QuorumPacket(message).kind)
            }
        } else if let message = try packet.leaderMessage() {
            #expect(QuorumPacket(message) == packet)
        }
    }

    @Test(arguments: elections.filter { $0.name == "greeting" })
    func `is a greeting, both ways`(line: RecordedLine) throws {
        var stream = ByteBuffer(bytes: line.bytes)
        var written = ByteBuffer()
        try #require(try ElectionGreeting(from: &stream)).encode(into: &written)
        #expect(Array(written.readableBytesView) == line.bytes)
    }

    @Test(arguments: elections.filter { $0.name == "notification" })
    func `is a notification, both ways`(line: RecordedLine) throws {
        let notification = try Notification(decoding: line.body.span.bytes)
        var written = ByteBuffer()
        notification.encode(into: &written)
        // An observer votes for nobody: Apache's least epoch is a number of 64 bits.
        if notification.vote.leader.rawValue >= 0 {
            #expect(Array(written.readableBytesView) == line.body)
        }
    }

    @Test func `is there`() {
        let kinds = Set(Self.packets.map(\.name))
        #expect(kinds.count >= 14 && Self.elections.count >= 4, "\(kinds)")
    }
}
