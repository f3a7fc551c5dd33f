package import Vocabulary

/// Fields that must not be null where the format would have it.
extension JuteReader {
    package mutating func requiredPath() throws(DecodingError) -> ZnodePath {
        guard let path = try path() else { throw .unexpectedNull }
        return path
    }

    package mutating func requiredText() throws(DecodingError) -> ByteString {
        guard let text = try text() else { throw .unexpectedNull }
        return text
    }

    /// A list of paths, none of them null.
    package mutating func paths() throws(DecodingError) -> [ZnodePath]? {
        try vector(minimumBytes: 4) { reader throws(DecodingError) in try reader.requiredPath() }
    }

    /// The ACL of a znode: complete, as servers keep it.
    package mutating func storedACL() throws(DecodingError) -> ACL {
        let acl = try vector(minimumBytes: 12) { reader throws(DecodingError) in
            let permissions = Permissions(rawValue: try reader.int32())
            let identity = Identity(scheme: try reader.requiredText(), id: try reader.requiredText())
            return ACLEntry(permissions: permissions, identity: identity)
        }
        guard let acl else { throw .unexpectedNull }
        return acl
    }
}
