package import NIOCore
package import Vocabulary

/// jute `AuthPacket`. Its `type` is ignored by every server and kept only to be written again.
package struct AuthPacket: Equatable, Sendable {
    package var type: Int32
    package var scheme: ByteString?
    package var auth: [UInt8]?

    package init(type: Int32 = 0, scheme: ByteString?, auth: [UInt8]?) {
        self.type = type
        self.scheme = scheme
        self.auth = auth
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        type = try reader.int32()
        scheme = try reader.text()
        auth = try reader.buffer()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeInteger(type)
        buffer.writeJuteText(scheme)
        buffer.writeJuteBytes(auth)
    }
}

/// jute `GetSASLRequest` and `SetSASLResponse`.
package struct SASLToken: Equatable, Sendable {
    package var bytes: [UInt8]?

    package init(bytes: [UInt8]?) {
        self.bytes = bytes
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        bytes = try reader.buffer()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeJuteBytes(bytes)
    }
}
