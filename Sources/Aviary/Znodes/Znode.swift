public import NIOCore

/// A znode as it was read.
public struct Znode: Hashable, Sendable {
    /// The bytes.
    public let data: ByteBuffer
    /// Whether it was created without data, which is not the same to every client as with none.
    public let isNull: Bool
    /// The facts besides.
    public let stat: Stat

    /// The data as text; bytes that are no UTF-8 are replaced.
    public var text: String { String(buffer: data) }
}

/// The children of a znode as they were read, in no order.
public struct Children: Hashable, Sendable {
    /// The names, without the path.
    public let names: [String]
    /// Of the parent.
    public let stat: Stat
}

/// A znode that has been created.
public struct Created: Hashable, Sendable {
    /// The path, with the number that a sequential one was given.
    public let path: String
    /// The stat; of the kinds of a multi that come without one, nil.
    public let stat: Stat?
}
