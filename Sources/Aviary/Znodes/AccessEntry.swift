internal import Vocabulary

/// One line of a znode's access list: what those of an identity may do.
public struct AccessEntry: Hashable, Sendable {
    /// Rights.
    public struct Permissions: OptionSet, Hashable, Sendable {
        /// The bits of the protocol.
        public let rawValue: Int32

        /// From the bits of the protocol.
        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// Read its data and list its children.
        public static let read = Permissions(rawValue: 1)
        /// Set its data.
        public static let write = Permissions(rawValue: 2)
        /// Create children.
        public static let create = Permissions(rawValue: 4)
        /// Delete children.
        public static let delete = Permissions(rawValue: 8)
        /// Set its access list.
        public static let admin = Permissions(rawValue: 16)
        /// All of them.
        public static let all = Permissions(rawValue: 31)
    }

    /// The rights.
    public var permissions: Permissions
    /// Such as `world`, `ip`, `digest` or `auth`.
    public var scheme: String
    /// An identity in the scheme.
    public var id: String

    /// An entry of any scheme.
    public init(_ permissions: Permissions, scheme: String, id: String) {
        self.permissions = permissions
        self.scheme = scheme
        self.id = id
    }

    /// Everybody may do so.
    public static func anyone(_ permissions: Permissions) -> AccessEntry {
        AccessEntry(permissions, scheme: "world", id: "anyone")
    }

    /// Any identity that this client has proved may do so.
    public static func creator(_ permissions: Permissions) -> AccessEntry {
        AccessEntry(permissions, scheme: "auth", id: "")
    }

    var requested: RequestedACLEntry {
        RequestedACLEntry(
            permissions: Vocabulary.Permissions(rawValue: permissions.rawValue), scheme: ByteString(scheme),
            id: ByteString(id))
    }

    init(_ entry: ACLEntry) {
        permissions = Permissions(rawValue: entry.permissions.rawValue)
        scheme = "\(entry.identity.scheme)"
        id = "\(entry.identity.id)"
    }
}

/// A znode's access list.
public struct AccessList: Hashable, Sendable {
    /// The entries, in the order their author gave.
    public let entries: [AccessEntry]
    /// Of the znode; `aversion` is the list's.
    public let stat: Stat
}

/// An identity that a client claims, with its proof.
public struct Credential: Sendable {
    let scheme: String
    let secret: [UInt8]

    /// A credential of any scheme.
    public init(scheme: String, secret: [UInt8]) {
        self.scheme = scheme
        self.secret = secret
    }

    /// Of the scheme `digest`.
    public static func user(_ name: String, password: String) -> Credential {
        Credential(scheme: "digest", secret: Array("\(name):\(password)".utf8))
    }
}

extension Credential: CustomStringConvertible {
    /// Without the secret.
    public var description: String { "credential of scheme \(scheme)" }
}

/// An identity that a server knows a client by.
public struct KnownIdentity: Hashable, Sendable {
    /// Such as `ip` or `digest`.
    public let scheme: String
    /// The name in it.
    public let id: String

    /// An identity.
    public init(scheme: String, id: String) {
        self.scheme = scheme
        self.id = id
    }
}
