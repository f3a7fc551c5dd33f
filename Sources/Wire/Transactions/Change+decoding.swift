internal import Vocabulary
internal import Znodes

extension Change {
    private static let digestBytes = 12

    /// Reads the record of `type` at the beginning of `bytes`; what remains behind it is the digest's.
    ///
    /// - Returns: The change, and how many bytes it took.
    static func decode(_ bytes: RawSpan, type: Int32) throws(DecodingError) -> (change: Change, length: Int) {
        if type == OpCode.closeSession.rawValue { return try decodeClose(bytes) }
        var reader = JuteReader(bytes)
        let change = try Change(decoding: &reader, type: type)
        return (change, reader.offset)
    }

    /// Old writers give a closed session no record at all, or none but a digest behind it.
    private static func decodeClose(_ bytes: RawSpan) throws(DecodingError) -> (change: Change, length: Int) {
        if bytes.byteCount == 0 { return (.closeSession(paths: []), 0) }
        do throws(DecodingError) {
            var reader = JuteReader(bytes)
            let change = try Change(decoding: &reader, type: OpCode.closeSession.rawValue)
            return (change, reader.offset)
        } catch {
            var reader = JuteReader(bytes)
            guard bytes.byteCount == digestBytes, try reader.int32() == Transaction.digestVersion else { throw error }
            return (.closeSession(paths: []), 0)
        }
    }

    private init(decoding reader: inout JuteReader, type: Int32) throws(DecodingError) {
        switch OpCode(rawValue: type) {
        case .create, .create2, .createContainer, .createTTL:
            self = .create(try Creation(decoding: &reader, type: type))
        case .delete: self = .delete(path: try reader.requiredPath(), isSweep: false)
        case .deleteContainer: self = .delete(path: try reader.requiredPath(), isSweep: true)
        case .setData:
            self = .setData(path: try reader.requiredPath(), data: try reader.buffer(), version: try reader.int32())
        case .reconfig:
            self = .reconfig(path: try reader.requiredPath(), data: try reader.buffer(), version: try reader.int32())
        case .setACL:
            self = .setACL(path: try reader.requiredPath(), acl: try reader.storedACL(), version: try reader.int32())
        case .check: self = .check(path: try reader.requiredPath(), version: try reader.int32())
        case .multi: self = .multi(try Change.decodeMulti(&reader))
        case .createSession: self = .createSession(timeoutMs: try reader.int32())
        case .closeSession:
            let paths = try reader.vector(minimumBytes: 4) { reader throws(DecodingError) in
                try reader.requiredPath()
            }
            self = .closeSession(paths: paths ?? [])
        case .error: self = .error(code: try reader.int32())
        default: throw .unexpectedType(type)
        }
    }

    /// Each element is a type and a buffer that holds exactly its record. A multi holds no multi and no session.
    private static func decodeMulti(_ reader: inout JuteReader) throws(DecodingError) -> [Change] {
        try reader.vector(minimumBytes: 8) { reader throws(DecodingError) in
            let type = try reader.int32()
            guard let code = OpCode(rawValue: type), code != .multi, code != .createSession, code != .closeSession
            else { throw .unexpectedType(type) }
            let length = Int(try reader.int32())
            let start = reader.offset
            let change = try Change(decoding: &reader, type: type)
            guard reader.offset - start == length else { throw .trailing(length - (reader.offset - start)) }
            return change
        } ?? []
    }
}

extension JuteReader {
    mutating func requiredPath() throws(DecodingError) -> ZnodePath {
        guard let path = try path() else { throw .unexpectedNull }
        return path
    }

    mutating func storedACL() throws(DecodingError) -> ACL {
        try vector(minimumBytes: 12) { reader throws(DecodingError) in
            let permissions = Permissions(rawValue: try reader.int32())
            guard let scheme = try reader.text(), let id = try reader.text() else { throw .unexpectedNull }
            return ACLEntry(permissions: permissions, identity: Identity(scheme: scheme, id: id))
        } ?? []
    }
}
