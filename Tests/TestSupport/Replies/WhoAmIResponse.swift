package import NIOCore
package import Vocabulary
package import Wire

/// jute `WhoAmIResponse`, of whoAmI (107).
package struct WhoAmIResponse: Equatable, Sendable {
    package var clients: [ClientInfo]

    package init(clients: [ClientInfo]) {
        self.clients = clients
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        let clients = try reader.vector(minimumBytes: 8) { reader throws(DecodingError) in
            try ClientInfo(decoding: &reader)
        }
        self.clients = clients ?? []
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeJuteVector(clients) { buffer, client in client.encode(into: &buffer) }
    }
}

/// One identity of a connection, without its secret: jute `ClientInfo`.
package struct ClientInfo: Equatable, Sendable {
    package var scheme: ByteString
    package var user: ByteString

    package init(scheme: ByteString, user: ByteString) {
        self.scheme = scheme
        self.user = user
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        scheme = try reader.requiredText()
        user = try reader.requiredText()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeJuteText(scheme)
        buffer.writeJuteText(user)
    }
}
