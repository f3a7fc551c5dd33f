public import NIOCore

/// The names by which contenders for a lock know one another: they exclude only those of their own layout.
public enum LockLayout: Hashable, Sendable {
    /// Names as kazoo's `Lock` and `Election` make them: `<32 hex digits>__lock__<number>`.
    case kazoo
    /// Names as Curator's `InterProcessMutex` makes them, and go-zookeeper: `_c_<uuid>-lock-<number>`.
    case curator

    /// The text before the number, and all before that with a name that nobody else has.
    func name(unique: String) -> String {
        switch self {
        case .kazoo: unique.filter { $0 != "-" } + token
        case .curator: "_c_\(unique)\(token)"
        }
    }

    var token: String {
        switch self {
        case .kazoo: "__lock__"
        case .curator: "-lock-"
        }
    }
}

/// How a lock is asked for.
public struct LockOptions: Sendable {
    /// How long to wait for it: nil for ever, zero not at all.
    public var within: Duration?
    /// The layout of its contenders' names.
    public var layout: LockLayout
    /// The data of the contender's znode, for people: such as the name of a host.
    public var data: ByteBuffer

    /// The usual, but for what is given.
    public init(within: Duration? = nil, layout: LockLayout = .kazoo, data: ByteBuffer = ByteBuffer()) {
        self.within = within
        self.layout = layout
        self.data = data
    }
}

/// A number that grows from holder to holder of a lock. Whoever stores something for holders keeps the
/// highest that was seen, and refuses lower ones.
public struct FencingToken: Hashable, Comparable, Sendable {
    /// The position at which the holder began to stand for the lock.
    public let rawValue: Int64

    /// In the order of holders.
    public static func < (left: FencingToken, right: FencingToken) -> Bool { left.rawValue < right.rawValue }
}
