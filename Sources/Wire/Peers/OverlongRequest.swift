package import NIOCore
internal import Vocabulary

/// A client's request that is larger than the leader takes, passed over as it comes.
///
/// One of Apache's servers bounds neither the number of a client's identities nor their length, and one with
/// other settings sends more than is taken here. To close its link would cut off all its clients, and the
/// request would come again with the next link: it is answered instead, by its head.
package struct OverlongRequest {
    private enum Stage {
        case head
        case data(left: Int)
        case identityCount
        case textLength(textsLeft: Int)
        case text(left: Int, textsLeft: Int)
    }

    private static let frameBytes = 16

    private var stage = Stage.head
    private var zxid = Zxid.zero
    private var head = ByteBuffer()

    /// - Parameter stream: Begins with a packet that was refused.
    /// - Returns: nil when that is no request.
    package init?(beginning stream: ByteBuffer) {
        guard stream.getInteger(at: stream.readerIndex, as: Int32.self) == QuorumPacket.Kind.request.rawValue
        else { return nil }
    }

    /// Takes from the front of the stream what belongs to it.
    ///
    /// - Returns: What is known of it, once all of it has gone by; nil before.
    /// - Throws: When this can be no packet.
    package mutating func pass(over stream: inout ByteBuffer) throws(DecodingError) -> QuorumPacket? {
        while true {
            switch stage {
            case .head:
                guard stream.readableBytes >= OverlongRequest.frameBytes + ForwardedRequest.headBytes else {
                    return nil
                }
                try readHead(&stream)
            case .data(let left):
                let rest = left - stream.skip(atMost: left)
                stage = rest == 0 ? .identityCount : .data(left: rest)
                if rest > 0 { return nil }
            case .identityCount:
                guard let count = stream.readInteger(as: Int32.self) else { return nil }
                guard count >= -1 else { throw .negativeLength(count) }
                stage = .textLength(textsLeft: 2 * max(0, Int(count)))
            case .textLength(textsLeft: 0):
                var packet = QuorumPacket(.request, zxid: zxid, data: head)
                packet.isCutShort = true
                return packet
            case .textLength(let textsLeft):
                guard let length = stream.readInteger(as: Int32.self) else { return nil }
                guard length >= -1 else { throw .negativeLength(length) }
                stage = .text(left: max(0, Int(length)), textsLeft: textsLeft - 1)
            case .text(let left, let textsLeft):
                let rest = left - stream.skip(atMost: left)
                guard rest == 0 else {
                    stage = .text(left: rest, textsLeft: textsLeft)
                    return nil
                }
                stage = .textLength(textsLeft: textsLeft)
            }
        }
    }

    private mutating func readHead(_ stream: inout ByteBuffer) throws(DecodingError) {
        guard let (_, zxid, length) = stream.readMultipleIntegers(as: (Int32, Int64, Int32).self),
            Int(length) >= ForwardedRequest.headBytes,
            let head = stream.readSlice(length: ForwardedRequest.headBytes)
        else { throw .truncated(needed: ForwardedRequest.headBytes, available: stream.readableBytes) }
        self.zxid = Zxid(rawValue: zxid)
        // A copy: a slice would keep the whole read alive.
        self.head.writeImmutableBuffer(head)
        stage = .data(left: Int(length) - ForwardedRequest.headBytes)
    }
}

extension ByteBuffer {
    /// - Returns: How many bytes that were.
    fileprivate mutating func skip(atMost count: Int) -> Int {
        let skipped = min(count, readableBytes)
        moveReaderIndex(forwardBy: skipped)
        return skipped
    }
}
