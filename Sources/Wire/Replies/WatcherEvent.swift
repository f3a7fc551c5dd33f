package import NIOCore
package import Vocabulary

/// The body of an event, behind its header (jute `WatcherEvent`).
package struct WatcherEvent: Equatable, Sendable {
    package var type: Int32
    /// 3, connected, whenever a server sends it.
    package var state: Int32
    package var path: ZnodePath?

    package init(type: Int32, state: Int32, path: ZnodePath?) {
        self.type = type
        self.state = state
        self.path = path
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        type = try reader.int32()
        state = try reader.int32()
        path = try reader.path()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeInteger(type)
        buffer.writeInteger(state)
        buffer.writeJutePath(path)
    }
}
