package import NIOCore
package import Vocabulary

/// A question among Aviary's servers, in the place of a greeting on the election port: one answer comes back,
/// and the connection is over.
///
/// Servers of Apache's close such a connection: since 3.5 for the unknown version, 3.4 for the length −1.
///
/// ```
/// ff "AVIARY" 01 · asker 8 · −1 4 · bytes 4 · question         answer: bytes 4 · answer
/// ```
package struct PeerQuestion: Equatable, Sendable {
    package let peer: PeerID
    package let question: ByteBuffer

    private static let marker = Int64(bitPattern: 0xFF41_5649_4152_5901)
    private static let bytesMax: Int32 = 4096
    /// More than the largest row.
    private static let answerBytesMax: Int32 = 1 << 30

    package init(peer: PeerID, question: ByteBuffer) {
        self.peer = peer
        self.question = question
    }

    /// Whether what somebody says on the election port is one.
    package static func begins(_ stream: ByteBuffer) -> Bool {
        stream.getInteger(at: stream.readerIndex) == marker
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(PeerQuestion.marker, peer.rawValue, Int32(-1))
        buffer.writeJuteBytes(question.readableBytesSpan)
    }

    /// - Returns: nil, with nothing taken, while it is not there in full.
    package init?(from stream: inout ByteBuffer) throws(DecodingError) {
        let whole = try stream.takeWhole { reader throws(DecodingError) in
            try PeerQuestion(reading: &reader)
        }
        guard let whole else { return nil }
        self = whole
    }

    private init(reading reader: inout JuteReader) throws(DecodingError) {
        let marker = try reader.int64()
        guard marker == PeerQuestion.marker else {
            throw .unexpectedType(Int32(truncatingIfNeeded: marker))
        }
        let peer = PeerID(rawValue: try reader.int64())
        _ = try reader.int32()
        let length = try reader.int32()
        guard length >= 0 else { throw .negativeLength(length) }
        guard length <= PeerQuestion.bytesMax else {
            throw .oversized(length, max: Int(PeerQuestion.bytesMax))
        }
        self.init(peer: peer, question: ByteBuffer(bytes: try reader.bytes(Int(length))))
    }

    /// An answer with its length.
    package static func frame(_ answer: ByteBuffer) -> ByteBuffer {
        var frame = ByteBuffer()
        frame.writeInteger(Int32(answer.readableBytes))
        frame.writeImmutableBuffer(answer)
        return frame
    }

    /// - Returns: The answer; nil, with nothing taken, while it is not there in full.
    package static func answer(from stream: inout ByteBuffer) throws(DecodingError) -> ByteBuffer? {
        guard let length: Int32 = stream.getInteger(at: stream.readerIndex) else { return nil }
        guard length >= 0 else { throw .negativeLength(length) }
        guard length <= answerBytesMax else { throw .oversized(length, max: Int(answerBytesMax)) }
        guard stream.readableBytes - 4 >= length else { return nil }
        stream.moveReaderIndex(forwardBy: 4)
        return stream.readSlice(length: Int(length))
    }
}
