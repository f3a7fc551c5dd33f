package import NIOCore
package import Vocabulary
package import Wire

/// jute `CreateResponse` and `SyncResponse`, of create (1) and sync (9).
package struct PathResponse: Equatable, Sendable {
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

/// jute `Create2Response`, of create2 (15), createContainer (19) and createTTL (21).
package struct Create2Response: Equatable, Sendable {
    package var path: ZnodePath
    package var stat: Stat

    package init(path: ZnodePath, stat: Stat) {
        self.path = path
        self.stat = stat
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        path = try reader.requiredPath()
        stat = try Stat(decoding: &reader)
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeJutePath(path)
        buffer.writeJute(stat)
    }
}

/// jute `GetACLResponse`, of getACL (6).
package struct GetACLResponse: Equatable, Sendable {
    package var acl: ACL
    package var stat: Stat

    package init(acl: ACL, stat: Stat) {
        self.acl = acl
        self.stat = stat
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        acl = try reader.storedACL()
        stat = try Stat(decoding: &reader)
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeJute(acl)
        buffer.writeJute(stat)
    }
}

/// jute `GetAllChildrenNumberResponse` (104) and addWatch's `ErrorResponse` (106): one number.
package struct NumberResponse: Equatable, Sendable {
    package var number: Int32

    package init(number: Int32) {
        self.number = number
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        number = try reader.int32()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeInteger(number)
    }
}
