/// How long a znode is to live, how it is named and who may do what with it.
public struct CreateOptions: Hashable, Sendable {
    /// The lifetimes of znodes.
    public enum Lifetime: Hashable, Sendable {
        case persistent
        /// Gone with the session.
        case ephemeral
        /// Gone some time after its last child.
        case container
        /// Gone when it has had no child and no change for so long; servers may not allow it.
        case ttl(Duration)
    }

    /// How long it lives.
    public var lifetime: Lifetime
    /// Whether its name ends in ten digits that count the children ever created beside it.
    public var isSequential: Bool
    /// nil is what the client was configured with.
    public var acl: [AccessEntry]?

    /// Any of them.
    public init(_ lifetime: Lifetime, isSequential: Bool = false, acl: [AccessEntry]? = nil) {
        self.lifetime = lifetime
        self.isSequential = isSequential
        self.acl = acl
    }

    /// Lives until it is deleted.
    public static let persistent = CreateOptions(.persistent)
    /// Gone with the session.
    public static let ephemeral = CreateOptions(.ephemeral)
    /// Lives until it is deleted, and is numbered.
    public static let persistentSequential = CreateOptions(.persistent, isSequential: true)
    /// Gone with the session, and is numbered.
    public static let ephemeralSequential = CreateOptions(.ephemeral, isSequential: true)
    /// Gone some time after its last child.
    public static let container = CreateOptions(.container)

    /// Gone when it has had no child and no change for so long.
    public static func ttl(_ time: Duration, isSequential: Bool = false) -> CreateOptions {
        CreateOptions(.ttl(time), isSequential: isSequential)
    }
}
