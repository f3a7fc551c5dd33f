package import NIOCore
internal import Wire

/// Writes a transaction log in the bytes of Apache's files (quorum protocol 8.1).
package enum LogFileEncoder {
    /// The header that a file begins with.
    package static func writeHeader(to buffer: inout ByteBuffer) {
        FileHeader.log.encode(into: &buffer)
    }

    /// One transaction, as it was proposed.
    package static func write(_ transaction: ByteBuffer, to buffer: inout ByteBuffer) {
        buffer.writeInteger(Adler32.of(transaction.readableBytesSpan))
        buffer.writeInteger(Int32(transaction.readableBytes))
        buffer.writeImmutableBuffer(transaction)
        buffer.writeInteger(LogFile.terminator)
    }
}
