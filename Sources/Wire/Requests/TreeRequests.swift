package import NIOCore
package import Vocabulary

/// create, create2 and createContainer (jute `CreateRequest`); createTTL adds `ttlMs` (`CreateTTLRequest`).
package struct CreateRequest: Equatable, Sendable {
    package var path: ZnodePath?
    package var data: [UInt8]?
    package var acl: [RequestedACLEntry]?
    package var flags: Int32
    /// Milliseconds; only in a createTTL.
    package var ttlMs: Int64?

    package init(
        path: ZnodePath?, data: [UInt8]?, acl: [RequestedACLEntry]?, flags: Int32, ttlMs: Int64? = nil
    ) {
        self.path = path
        self.data = data
        self.acl = acl
        self.flags = flags
        self.ttlMs = ttlMs
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        path = try reader.path()
        data = try reader.buffer()
        acl = try reader.acl()
        flags = try reader.int32()
    }

    package init(decodingWithTTL reader: inout JuteReader) throws(DecodingError) {
        try self.init(decoding: &reader)
        ttlMs = try reader.int64()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeJutePath(path)
        buffer.writeJuteBytes(data)
        buffer.writeJute(requested: acl)
        buffer.writeInteger(flags)
        if let ttlMs { buffer.writeInteger(ttlMs) }
    }
}

/// delete and check (jute `DeleteRequest`, `CheckVersionRequest`).
package struct VersionedPathRequest: Equatable, Sendable {
    package var path: ZnodePath?
    /// -1 matches any.
    package var version: Int32

    package init(path: ZnodePath?, version: Int32) {
        self.path = path
        self.version = version
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        path = try reader.path()
        version = try reader.int32()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeJutePath(path)
        buffer.writeInteger(version)
    }
}

/// jute `SetDataRequest`.
package struct SetDataRequest: Equatable, Sendable {
    package var path: ZnodePath?
    package var data: [UInt8]?
    package var version: Int32

    package init(path: ZnodePath?, data: [UInt8]?, version: Int32) {
        self.path = path
        self.data = data
        self.version = version
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        path = try reader.path()
        data = try reader.buffer()
        version = try reader.int32()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeJutePath(path)
        buffer.writeJuteBytes(data)
        buffer.writeInteger(version)
    }
}

/// jute `SetACLRequest`; the version is the ACL's.
package struct SetACLRequest: Equatable, Sendable {
    package var path: ZnodePath?
    package var acl: [RequestedACLEntry]?
    package var version: Int32

    package init(path: ZnodePath?, acl: [RequestedACLEntry]?, version: Int32) {
        self.path = path
        self.acl = acl
        self.version = version
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        path = try reader.path()
        acl = try reader.acl()
        version = try reader.int32()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeJutePath(path)
        buffer.writeJute(requested: acl)
        buffer.writeInteger(version)
    }
}

/// exists, getData, getChildren and getChildren2, as values; the server reads them in place.
package struct PathWatchRequest: Equatable, Sendable {
    package var path: ZnodePath?
    package var watch: Bool

    package init(path: ZnodePath?, watch: Bool) {
        self.path = path
        self.watch = watch
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        path = try reader.path()
        watch = try reader.bool()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeJutePath(path)
        buffer.writeJuteBool(watch)
    }
}

/// getACL, sync, getEphemerals, getAllChildrenNumber: a path and nothing else.
package struct PathRequest: Equatable, Sendable {
    package var path: ZnodePath?

    package init(path: ZnodePath?) {
        self.path = path
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        path = try reader.path()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeJutePath(path)
    }
}

/// jute `ReconfigRequest`.
package struct ReconfigRequest: Equatable, Sendable {
    package var joining: ByteString?
    package var leaving: ByteString?
    package var newMembers: ByteString?
    package var configID: Int64

    package init(joining: ByteString?, leaving: ByteString?, newMembers: ByteString?, configID: Int64) {
        self.joining = joining
        self.leaving = leaving
        self.newMembers = newMembers
        self.configID = configID
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        joining = try reader.text()
        leaving = try reader.text()
        newMembers = try reader.text()
        configID = try reader.int64()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeJuteText(joining)
        buffer.writeJuteText(leaving)
        buffer.writeJuteText(newMembers)
        buffer.writeInteger(configID)
    }
}

extension JuteReader {
    /// A list of ACL entries as asked for: nulls kept.
    mutating func acl() throws(DecodingError) -> [RequestedACLEntry]? {
        try vector(minimumBytes: 12) { reader throws(DecodingError) in
            let permissions = Permissions(rawValue: try reader.int32())
            return RequestedACLEntry(
                permissions: permissions, scheme: try reader.text(), id: try reader.text())
        }
    }
}

extension ByteBuffer {
    mutating func writeJute(requested acl: [RequestedACLEntry]?) {
        writeJuteVector(acl) { buffer, entry in
            buffer.writeInteger(entry.permissions.rawValue)
            buffer.writeJuteText(entry.scheme)
            buffer.writeJuteText(entry.id)
        }
    }
}
