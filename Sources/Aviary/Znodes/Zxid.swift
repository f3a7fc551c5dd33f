internal import Vocabulary

/// The position of a change in the one order of all changes of an ensemble.
public struct Zxid: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number on the wire: an epoch in the upper half, a counter in the lower.
    public let rawValue: Int64

    /// From the number on the wire.
    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    init(_ zxid: Vocabulary.Zxid) {
        rawValue = zxid.rawValue
    }

    /// In the order of changes.
    public static func < (left: Zxid, right: Zxid) -> Bool { left.rawValue < right.rawValue }

    /// As ZooKeeper's tools print it.
    public var description: String { "0x" + String(UInt64(bitPattern: rawValue), radix: 16) }
}

/// Which version of a znode an operation is for.
public enum Version: Hashable, Sendable {
    case any
    case exactly(Int32)

    var rawValue: Int32 {
        switch self {
        case .any: -1
        case .exactly(let version): version
        }
    }
}
