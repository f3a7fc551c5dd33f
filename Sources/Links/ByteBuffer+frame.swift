internal import NIOCore
internal import Wire
internal import Zab

/// Frames of the election port (quorum protocol 2.3): a length of four bytes, then one notification.
extension ByteBuffer {
    static let electionFrameBytesMax = 524_288

    /// Takes the next frame off the front, without its length; nil while it has not come whole.
    mutating func readElectionFrame() throws(LinkFault) -> ByteBuffer? {
        guard let length = getInteger(at: readerIndex, as: Int32.self) else { return nil }
        guard length > 0, length <= ByteBuffer.electionFrameBytesMax else {
            throw LinkFault("sent a frame of \(length) bytes")
        }
        guard readableBytes >= 4 + Int(length) else { return nil }
        moveReaderIndex(forwardBy: 4)
        return readSlice(length: Int(length))
    }

    init(framing notification: Notification) {
        self.init()
        writeLengthPrefixed { notification.encode(into: &$0) }
    }

    /// Puts `bytes` behind what is unread, and gives back what was read.
    ///
    /// Slices of it may be kept for long: what it stands in is at least half full. The socket's own buffer is
    /// left to the socket when it is not.
    mutating func append(_ bytes: inout ByteBuffer) {
        if readableBytes == 0 {
            if bytes.readableBytes >= bytes.storageCapacity / 2 {
                self = bytes
            } else {
                self = ByteBuffer()
                reserveCapacity(bytes.readableBytes)
                writeBuffer(&bytes)
            }
        } else {
            discardReadBytes()
            writeBuffer(&bytes)
        }
    }
}
