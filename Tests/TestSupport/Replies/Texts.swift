package import NIOCore
package import Vocabulary
package import Wire

extension JuteReader {
    /// A list of texts, none of them null.
    package mutating func texts() throws(DecodingError) -> [ByteString]? {
        try vector(minimumBytes: 4) { reader throws(DecodingError) in try reader.requiredText() }
    }
}

extension ByteBuffer {
    package mutating func writeJuteTexts(_ texts: [ByteString]?) {
        writeJuteVector(texts) { $0.writeJuteText($1) }
    }
}
