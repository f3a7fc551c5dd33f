package import NIOCore

/// Cuts what comes from a server into frames: a length of four bytes, then as many bytes.
package struct FrameCutter: Sendable {
    package struct IllegalLength: Error, Equatable {
        package let length: Int32
    }

    private var bytes = ByteBuffer()
    private let frameBytesMax: Int

    package init(frameBytesMax: Int) {
        self.frameBytesMax = frameBytesMax
    }

    package mutating func append(_ more: inout ByteBuffer) {
        guard bytes.readableBytes > 0 else { return swap(&bytes, &more) }
        // Frames that were cut share the storage: without this, all of them would be copied along.
        bytes.discardReadBytes()
        bytes.writeBuffer(&more)
    }

    /// The next whole frame, without its length; nil while it has not come.
    package mutating func next() throws(IllegalLength) -> ByteBuffer? {
        guard let length = bytes.getInteger(at: bytes.readerIndex, as: Int32.self) else { return nil }
        guard length >= 0, length <= frameBytesMax else { throw IllegalLength(length: length) }
        guard bytes.readableBytes >= 4 + Int(length) else { return nil }
        bytes.moveReaderIndex(forwardBy: 4)
        return bytes.readSlice(length: Int(length))
    }
}
