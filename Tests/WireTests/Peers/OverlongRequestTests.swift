import NIOCore
import Testing
import Vocabulary
import Wire
import Zab

/// Larger than a leader takes: in what it says, in the number of identities, in their length.
@Suite struct `A request that is too large` {
    private static let dataBytesMax = 500
    private static let request = ForwardedRequest(
        session: SessionID(rawValue: 5), cxid: 9, type: OpCode.create.rawValue, body: ByteBuffer())

    private static func packet(body: Int, identities: Int, each: Int) -> QuorumPacket {
        var request = request
        request.body = ByteBuffer(repeating: 1, count: body)
        let identity = QuorumPacket.Identity(
            scheme: nil, id: ByteString([UInt8](repeating: 65, count: each)))
        return QuorumPacket(
            .request, zxid: Zxid(rawValue: 3), data: request.encoded,
            identities: Array(repeating: identity, count: identities))
    }

    private static let tooLarge = [
        packet(body: 485, identities: 0, each: 0), packet(body: 900, identities: 2, each: 10),
        packet(body: 0, identities: 1, each: 600), packet(body: 7, identities: 3, each: 200),
        packet(body: 0, identities: 10_001, each: 0),
    ]

    @Test(arguments: tooLarge.indices, [1, 3, 50, 1 << 20])
    func `goes by, and what follows is read`(index: Int, pieceBytes: Int) throws {
        var bytes = ByteBuffer()
        Self.tooLarge[index].encode(into: &bytes)
        let next = QuorumPacket(.ping, zxid: .zero, data: ByteBuffer())
        next.encode(into: &bytes)

        var stream = ByteBuffer()
        var passing: OverlongRequest?
        var heard: [QuorumPacket] = []
        while bytes.readableBytes > 0,
            let piece = bytes.readSlice(length: min(pieceBytes, bytes.readableBytes))
        {
            stream.writeImmutableBuffer(piece)
            while let packet = try take(from: &stream, &passing) { heard.append(packet) }
        }
        #expect(heard.count == 2)
        #expect(heard.last == next)
        let head = try #require(heard.first)
        #expect(head.isCutShort && head.identities == nil)
        #expect(try ForwardedRequest(decoding: head.data ?? ByteBuffer()) == Self.request)
    }

    private func take(
        from stream: inout ByteBuffer, _ passing: inout OverlongRequest?
    ) throws -> QuorumPacket? {
        if passing == nil {
            do {
                return try QuorumPacket(from: &stream, dataBytesMax: Self.dataBytesMax)
            } catch {
                #expect(error.isOfSize)
                passing = OverlongRequest(beginning: stream)
            }
        }
        let packet = try passing?.pass(over: &stream)
        if packet != nil { passing = nil }
        return packet
    }

    @Test func `is nothing but a request`() {
        var stream = ByteBuffer()
        QuorumPacket(.proposal, zxid: .zero, data: ByteBuffer(repeating: 0, count: 900)).encode(into: &stream)
        #expect(OverlongRequest(beginning: stream) == nil)
    }

    @Test func `is none where a length is negative`() {
        var stream = ByteBuffer()
        stream.writeMultipleIntegers(QuorumPacket.Kind.request.rawValue, Int64(0), Int32(600))
        stream.writeRepeatingByte(0, count: 600)
        stream.writeInteger(Int32(-2))
        var request = OverlongRequest(beginning: stream)
        #expect(throws: DecodingError.negativeLength(-2)) { _ = try request?.pass(over: &stream) }
    }
}
