internal import NIOCore

extension RawSpan {
    /// Reads with a cursor of one's own.
    func withReader<Result>(
        _ body: (inout JuteReader) throws(DecodingError) -> Result
    ) throws(DecodingError) -> Result {
        var reader = JuteReader(self)
        return try body(&reader)
    }
}

extension ByteBuffer {
    /// Takes from the front what `body` reads.
    ///
    /// - Returns: nil, with nothing taken, while not all of it has come.
    /// - Throws: What `body` throws, but for `truncated`: however much still comes, it cannot be read.
    mutating func takeWhole<Value>(
        _ body: (inout JuteReader) throws(DecodingError) -> Value
    ) throws(DecodingError) -> Value? {
        do {
            let (value, length) = try readableBytesSpan.withReader { reader throws(DecodingError) in
                (try body(&reader), reader.offset)
            }
            moveReaderIndex(forwardBy: length)
            return value
        } catch {
            guard case .truncated = error else { throw error }
            return nil
        }
    }
}
