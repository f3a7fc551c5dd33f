import NIOCore
import Testing
import Vocabulary

@testable import Links

/// Quorum protocol 2.2, row by row; this server is 5.
@Suite struct `Of two servers` {
    private static func outcome(
        _ claimed: Int64, isMember: Bool = true, admitsJoiners: Bool = false
    ) -> HandshakeOutcome {
        HandshakeOutcome(
            PeerID(rawValue: claimed), me: PeerID(rawValue: 5), isMember: isMember,
            admitsJoiners: admitsJoiners)
    }

    @Test func `the larger number's connection is kept`() {
        #expect(Self.outcome(6) == .keep(PeerID(rawValue: 6)))
        #expect(Self.outcome(4) == .dialBack(PeerID(rawValue: 4)))
    }

    @Test func `both are members, and they are two`() {
        for number in [4, 6, 0, -1, -65_536] as [Int64] {
            guard case .refuse = Self.outcome(number, isMember: false) else {
                Issue.record("\(number) is let in")
                continue
            }
        }
        guard case .refuse = Self.outcome(5) else {
            Issue.record("a copy of this server is let in")
            return
        }
    }

    @Test func `one may be an observer without a number, where unlisted ones may join`() {
        #expect(Self.outcome(.max, isMember: false, admitsJoiners: true) == .anonymous)
        guard case .refuse = Self.outcome(.max, isMember: false) else {
            Issue.record("an observer that nobody has listed is let in")
            return
        }
    }
}

@Suite struct `An election frame` {
    @Test(arguments: [1, 2, 524_288])
    func `comes out whole, whatever part came first`(length: Int) throws {
        var frame = ByteBuffer()
        frame.writeInteger(Int32(length))
        frame.writeRepeatingByte(9, count: length)
        for cut in [0, 1, 3, 4, 3 + length, 4 + length] {
            var stream = ByteBuffer()
            var first = frame.getSlice(at: 0, length: cut) ?? ByteBuffer()
            var second = frame.getSlice(at: cut, length: frame.readableBytes - cut) ?? ByteBuffer()
            stream.append(&first)
            let early = try stream.readElectionFrame()
            #expect((early == nil) == (cut < 4 + length))
            stream.append(&second)
            let late = try stream.readElectionFrame()
            #expect((early ?? late)?.readableBytes == length)
            #expect(stream.readableBytes == 0)
        }
    }

    @Test(arguments: [0, -1, 524_289, .max, .min] as [Int32])
    func `of impossible length is refused before it comes`(length: Int32) {
        var stream = ByteBuffer(integer: length)
        #expect(throws: LinkFault("sent a frame of \(length) bytes")) { try stream.readElectionFrame() }
    }
}
