package import NIOCore
package import Vocabulary
package import Wire

/// jute `GetChildrenResponse` and `GetEphemeralsResponse`, of getChildren (8) and getEphemerals (103).
package struct ChildrenResponse: Equatable, Sendable {
    /// Bare names, or whole paths of ephemerals; in no order.
    package var children: [ByteString]

    package init(children: [ByteString]) {
        self.children = children
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        children = try reader.texts() ?? []
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeJuteTexts(children)
    }
}

/// jute `GetChildren2Response`, of getChildren2 (12).
package struct Children2Response: Equatable, Sendable {
    package var children: [ByteString]
    package var stat: Stat

    package init(children: [ByteString], stat: Stat) {
        self.children = children
        self.stat = stat
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        children = try reader.texts() ?? []
        stat = try Stat(decoding: &reader)
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeJuteTexts(children)
        buffer.writeJute(stat)
    }
}
