public import NIOCore

/// One of several writes that happen all, or none.
public enum Operation: Hashable, Sendable {
    case create(String, ByteBuffer? = ByteBuffer(), CreateOptions = .persistent)
    case delete(String, Version = .any)
    case setData(String, ByteBuffer?, Version = .any)
    /// Nothing but the condition that the znode is there, in this version.
    case check(String, Version = .any)
}

/// The result of one of them.
public enum OperationResult: Hashable, Sendable {
    case created(Created)
    case deleted
    case changed(Stat)
    case checked
}
