/// An authentication scheme and an identifier in it: of who asks, or of who is meant by an ACL.
package struct Identity: Hashable, Sendable {
    package var scheme: ByteString
    package var id: ByteString

    @inlinable
    package init(scheme: ByteString, id: ByteString) {
        self.scheme = scheme
        self.id = id
    }

    package static let anyone = Identity(scheme: "world", id: "anyone")

    @inlinable
    package var byteCount: Int { scheme.bytes.count + id.bytes.count }
}

/// One line of an access control list: what an identity may do.
package struct ACLEntry: Hashable, Sendable {
    package var permissions: Permissions
    package var identity: Identity

    @inlinable
    package init(permissions: Permissions, identity: Identity) {
        self.permissions = permissions
        self.identity = identity
    }
}

/// The access control list of one znode, in the order its author gave. Never inherited.
package typealias ACL = [ACLEntry]

extension ACL {
    /// Everyone may do everything.
    package static let open: ACL = [ACLEntry(permissions: .all, identity: .anyone)]
    /// Everyone may read.
    package static let readOnly: ACL = [ACLEntry(permissions: .read, identity: .anyone)]
    /// Nobody may do anything; a list without entries would let everybody.
    package static let closed: ACL = [ACLEntry(permissions: [], identity: .anyone)]
}

/// The rights of an ACL entry. Bits beyond the five are kept and given back as they came.
package struct Permissions: OptionSet, Hashable, Sendable {
    package let rawValue: Int32

    @inlinable
    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    package static let read = Permissions(rawValue: 1)
    package static let write = Permissions(rawValue: 2)
    package static let create = Permissions(rawValue: 4)
    package static let delete = Permissions(rawValue: 8)
    package static let admin = Permissions(rawValue: 16)
    package static let all = Permissions(rawValue: 31)
}

/// An entry of an ACL as a client asked for it: either text may be null, and whether that is legal depends.
package struct RequestedACLEntry: Hashable, Sendable {
    package var permissions: Permissions
    package var scheme: ByteString?
    package var id: ByteString?

    @inlinable
    package init(permissions: Permissions, scheme: ByteString?, id: ByteString?) {
        self.permissions = permissions
        self.scheme = scheme
        self.id = id
    }
}
