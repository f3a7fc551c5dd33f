package import NIOCore
package import Vocabulary

/// jute `AddWatchRequest`: mode 0 is persistent, 1 persistent and recursive.
package struct AddWatchRequest: Equatable, Sendable {
    package var path: ZnodePath?
    package var mode: Int32

    package init(path: ZnodePath?, mode: Int32) {
        self.path = path
        self.mode = mode
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        path = try reader.path()
        mode = try reader.int32()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeJutePath(path)
        buffer.writeInteger(mode)
    }
}

/// checkWatches and removeWatches.
package struct WatchTypeRequest: Equatable, Sendable {
    package var path: ZnodePath?
    package var type: Int32

    package init(path: ZnodePath?, type: Int32) {
        self.path = path
        self.type = type
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        path = try reader.path()
        type = try reader.int32()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeJutePath(path)
        buffer.writeInteger(type)
    }
}

/// jute `SetWatches` and `SetWatches2`: what a client that comes back had watched.
///
/// A null list is read as an empty one.
package struct SetWatchesRequest: Equatable, Sendable {
    /// The last zxid the client saw.
    package var relativeZxid: Zxid
    package var data: [ZnodePath]
    package var exist: [ZnodePath]
    package var children: [ZnodePath]
    package var persistent: [ZnodePath]
    package var recursive: [ZnodePath]
    /// Whether the last two lists are on the wire (`SetWatches2`).
    package var hasPersistent: Bool

    package init(
        relativeZxid: Zxid, data: [ZnodePath], exist: [ZnodePath], children: [ZnodePath],
        persistent: [ZnodePath] = [], recursive: [ZnodePath] = [], hasPersistent: Bool
    ) {
        self.relativeZxid = relativeZxid
        self.data = data
        self.exist = exist
        self.children = children
        self.persistent = persistent
        self.recursive = recursive
        self.hasPersistent = hasPersistent
    }

    package init(decoding reader: inout JuteReader, hasPersistent: Bool) throws(DecodingError) {
        self.hasPersistent = hasPersistent
        relativeZxid = Zxid(rawValue: try reader.int64())
        data = try reader.paths() ?? []
        exist = try reader.paths() ?? []
        children = try reader.paths() ?? []
        persistent = hasPersistent ? try reader.paths() ?? [] : []
        recursive = hasPersistent ? try reader.paths() ?? [] : []
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeInteger(relativeZxid.rawValue)
        let lists = [data, exist, children] + (hasPersistent ? [persistent, recursive] : [])
        for list in lists { buffer.writeJuteVector(list) { $0.writeJutePath($1) } }
    }
}
