import NIOCore
import Testing
import Vocabulary
import Wire
import Zab

@Suite struct `A notification` {
    private static let sample = Notification(
        state: .looking, vote: Vote(leader: PeerID(rawValue: 3), zxid: .zero, epoch: .zero), round: 1,
        configuration: "version=0")

    /// As server 3 sent it (quorum protocol 2.4), with a shorter configuration.
    private static let recorded =
        "00000000 0000000000000003 0000000000000000 0000000000000001 0000000000000000 00000002 "
        + "00000009 76657273696f6e3d30"

    private static func decoded(_ bytes: [UInt8]) throws -> Notification {
        try Notification(decoding: bytes.span.bytes)
    }

    @Test func `is Apache's, both ways`() throws {
        var buffer = ByteBuffer()
        Self.sample.encode(into: &buffer)
        #expect(Array(buffer.readableBytesView) == hex(Self.recorded))
        #expect(try Self.decoded(hex(Self.recorded)) == Self.sample)
    }

    @Test func `of an old release has no epoch, or no version`() throws {
        let vote = "0000000200000007"
        let shortest = try Self.decoded(hex("00000002 0000000000000003 \(vote) 0000000000000009"))
        #expect(shortest.vote.epoch == Epoch(rawValue: 2))
        #expect(shortest.isOldFormat)
        let old = try Self.decoded(
            hex("00000002 0000000000000003 \(vote) 0000000000000009 0000000000000005 00000001"))
        #expect(old.vote.epoch == Epoch(rawValue: 5))
        #expect(old.isOldFormat)
    }

    @Test func `that is cut anywhere is refused or one of the older forms`() {
        let whole = hex(Self.recorded)
        for length in 0..<whole.count where ![28, 40].contains(length) {
            #expect(throws: DecodingError.self, "\(length) bytes") {
                try Self.decoded(Array(whole.prefix(length)))
            }
        }
    }

    @Test func `of an unknown state is refused`() {
        #expect(throws: DecodingError.unexpectedType(7)) {
            try Self.decoded(hex("00000007") + hex(Self.recorded).dropFirst(4))
        }
    }

    @Test func `greeting is Apache's, both ways`() throws {
        let text = "ffffffffffff0000 0000000000000003 0000000f 3132372e302e302e313a3231303133"
        let greeting = ElectionGreeting(peer: PeerID(rawValue: 3), address: "127.0.0.1:21013")
        var buffer = ByteBuffer()
        greeting.encode(into: &buffer)
        #expect(Array(buffer.readableBytesView) == hex(text))
        #expect(try ElectionGreeting(from: &buffer) == greeting)
        let whole = hex(text)
        for length in 0..<whole.count {
            var stream = ByteBuffer(bytes: whole.prefix(length))
            #expect(try ElectionGreeting(from: &stream) == nil)
        }
    }

    @Test(arguments: [
        "ffffffffffff0002 0000000000000003", "ffffffffffff0000 0000000000000003 00000000",
        "ffffffffffff0000 0000000000000003 00000801",
    ])
    func `greeting that can be none is refused`(text: String) {
        #expect(throws: DecodingError.self) {
            var stream = ByteBuffer(bytes: hex(text))
            _ = try ElectionGreeting(from: &stream)
        }
    }
}
