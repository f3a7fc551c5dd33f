import NIOCore
import Testing
import Vocabulary
import Wire
import Zab

/// Bytes that Apache's servers exchanged (quorum protocol 3.3 and appendix C).
@Suite struct `A quorum packet` {
    private static let epochOne = Epoch(rawValue: 1)
    private static let opened = Zxid(epoch: epochOne, counter: 0)

    private static func bytes(_ packet: QuorumPacket) -> [UInt8] {
        var buffer = ByteBuffer()
        packet.encode(into: &buffer)
        return Array(buffer.readableBytesView)
    }

    private static let learnerSamples: [(String, LearnerMessage)] = [
        (
            "0000000b 0000000000000000 00000014 0000000000000001 00010000 0000000000000000 ffffffff",
            .info(PeerID(rawValue: 1), acceptedEpoch: .zero, isObserver: false, configurationVersion: 0)
        ),
        (
            "00000012 0000000000000000 00000004 00000000 ffffffff",
            .acknowledgeEpoch(lastLogged: .zero, currentEpoch: .zero)
        ),
        ("00000003 0000000100000000 ffffffff ffffffff", .acknowledge(opened)),
        ("00000003 0000000100000001 ffffffff ffffffff", .acknowledge(opened.next)),
    ]

    private static let leaderSamples: [(String, LeaderMessage)] = [
        ("00000011 0000000100000000 00000004 00010000 ffffffff", .leaderInfo(epochOne)),
        ("0000000d 0000000000000000 ffffffff ffffffff", .diff(through: .zero)),
        (
            "0000000a 0000000100000000 00000009 76657273696f6e3d30 ffffffff",
            .newLeader(epochOne, configuration: "version=0")
        ),
        ("0000000c ffffffffffffffff ffffffff ffffffff", .upToDate),
        ("00000005 0000000100000000 ffffffff ffffffff", .ping(opened)),
        ("00000004 0000000100000001 ffffffff ffffffff", .commit(opened.next)),
        (
            "00000002 0000000100000001 00000003 010203 ffffffff",
            .proposal(Entry(opened.next, ByteBuffer(bytes: [1, 2, 3])))
        ),
    ]

    @Test(arguments: learnerSamples.indices)
    func `of a learner is Apache's, both ways`(index: Int) throws {
        let (text, message) = Self.learnerSamples[index]
        #expect(Self.bytes(QuorumPacket(message)) == hex(text))
        var stream = ByteBuffer(bytes: hex(text))
        let packet = try #require(try QuorumPacket(from: &stream, dataBytesMax: 1 << 20))
        #expect(try packet.learnerMessage() == message)
        #expect(stream.readableBytes == 0)
    }

    @Test(arguments: leaderSamples.indices)
    func `of a leader is Apache's, both ways`(index: Int) throws {
        let (text, message) = Self.leaderSamples[index]
        #expect(Self.bytes(QuorumPacket(message)) == hex(text))
        var stream = ByteBuffer(bytes: hex(text))
        let packet = try #require(try QuorumPacket(from: &stream, dataBytesMax: 1 << 20))
        #expect(try packet.leaderMessage() == message)
    }

    @Test func `answers a ping with a table that is empty and not null`() {
        #expect(
            Self.bytes(QuorumPacket(LearnerMessage.alive))
                == hex("00000005 0000000000000000 00000000 ffffffff"))
    }

    @Test func `is waited for, whatever part of it has come`() throws {
        for (text, _) in Self.leaderSamples {
            let whole = hex(text)
            for length in 0..<whole.count {
                var stream = ByteBuffer(bytes: whole.prefix(length))
                #expect(try QuorumPacket(from: &stream, dataBytesMax: 1 << 20) == nil)
                #expect(stream.readableBytes == length)
            }
        }
    }

    @Test func `follows another without anything in between`() throws {
        var stream = ByteBuffer(bytes: Self.leaderSamples.flatMap { hex($0.0) })
        for (_, message) in Self.leaderSamples {
            #expect(try QuorumPacket(from: &stream, dataBytesMax: 1 << 20)?.leaderMessage() == message)
        }
        #expect(try QuorumPacket(from: &stream, dataBytesMax: 1 << 20) == nil)
    }

    @Test(
        arguments: [
            ("00000063 0000000000000000 ffffffff ffffffff", DecodingError.unexpectedType(99)),
            ("00000002 0000000000000000 00100001", .oversized(1_048_577, max: 1 << 20)),
            ("00000002 0000000000000000 fffffffe", .negativeLength(-2)),
            (
                "00000002 0000000000000000 ffffffff 7fffffff",
                .implausibleCount(Int32.max, available: 0)
            ),
        ])
    func `that can be none is refused before more of it comes`(text: String, error: DecodingError) {
        #expect(throws: error) {
            var stream = ByteBuffer(bytes: hex(text))
            _ = try QuorumPacket(from: &stream, dataBytesMax: 1 << 20)
        }
    }

    @Test func `that lacks what its kind carries is refused`() throws {
        for kind in [QuorumPacket.Kind.proposal, .inform] {
            #expect(throws: DecodingError.unexpectedNull) {
                try QuorumPacket(kind, zxid: .zero).leaderMessage()
            }
        }
        #expect(throws: DecodingError.unexpectedNull) {
            try QuorumPacket(.followerInfo, zxid: .zero).learnerMessage()
        }
        #expect(throws: DecodingError.truncated(needed: 4, available: 2)) {
            try QuorumPacket(.acknowledgeEpoch, zxid: .zero, data: ByteBuffer(bytes: [0, 1])).learnerMessage()
        }
    }

    @Test func `of somebody's request is none of Zab's`() throws {
        #expect(try QuorumPacket(.request, zxid: .zero).learnerMessage() == nil)
        #expect(try QuorumPacket(.sync, zxid: .zero).leaderMessage() == nil)
    }
}
