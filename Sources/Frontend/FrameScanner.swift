package import NIOCore

/// Cuts what comes from a socket into whole frames: a length of four bytes, then as many bytes.
///
/// A value without a socket: bytes in, runs of whole frames out. Keeps only the beginning of a frame that has
/// not come whole.
package struct FrameScanner {
    package enum Result: Equatable {
        /// Nothing whole yet.
        case incomplete
        /// One frame or more, lengths included.
        case frames(ByteBuffer)
        /// A length that no frame may have. The frames before it still count.
        case illegalLength(Int32, before: ByteBuffer?)
    }

    private let frameBytesMax: Int
    private var partial = ByteBuffer()
    /// Length and all of the frame that has begun and has not come whole; 0 while that is not known.
    package private(set) var expectedBytes = 0

    package init(frameBytesMax: Int) {
        self.frameBytesMax = frameBytesMax
    }

    package mutating func scan(_ input: ByteBuffer) -> Result {
        var bytes = input
        if partial.readableBytes > 0 {
            if expectedBytes > partial.capacity { partial.reserveCapacity(expectedBytes) }
            partial.writeBuffer(&bytes)
            bytes = partial
            partial = ByteBuffer()
            expectedBytes = 0
        }
        var end = bytes.readerIndex
        while let length = bytes.getInteger(at: end, as: Int32.self) {
            guard length >= 0, length <= frameBytesMax else {
                let before =
                    end > bytes.readerIndex
                    ? bytes.getSlice(at: bytes.readerIndex, length: end - bytes.readerIndex) : nil
                return .illegalLength(length, before: before)
            }
            let next = end + 4 + Int(length)
            guard next <= bytes.writerIndex else {
                expectedBytes = next - end
                break
            }
            end = next
        }
        if end == bytes.writerIndex, end > bytes.readerIndex { return .frames(bytes) }
        guard end > bytes.readerIndex else {
            partial = bytes
            return .incomplete
        }
        let whole = bytes.readSlice(length: end - bytes.readerIndex) ?? ByteBuffer()
        partial.writeBuffer(&bytes)
        return .frames(whole)
    }
}
