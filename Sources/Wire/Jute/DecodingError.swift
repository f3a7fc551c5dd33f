package import Vocabulary

/// Why bytes are not what they should be. Never a reason to crash: a peer or a client sent them.
package enum DecodingError: Error, Equatable, Sendable {
    /// Fewer bytes were left than the next field needs.
    case truncated(needed: Int, available: Int)
    /// A length below -1.
    case negativeLength(Int32)
    /// A length that is more than the reader will take.
    case oversized(Int32, max: Int)
    /// More elements announced than the bytes left could hold.
    case implausibleCount(Int32, available: Int)
    /// Bytes behind a record that must end there.
    case trailing(Int)
    /// A field that must not be null was.
    case unexpectedNull
    /// A path that must name a znode is empty.
    case emptyPath
    /// An operation that may not stand here.
    case unexpectedType(Int32)
    /// A znode of a snapshot that has no legal path or no parent, or is there twice.
    case misplacedZnode(ZnodePath)
    /// An ACL of a snapshot that is there twice.
    case unexpectedACL(Int64)
    /// A session that is in a snapshot twice.
    case unexpectedSession(SessionID)
    /// A snapshot without the words at its end.
    case unsigned

    /// Whether it is well formed, as far as was looked, and too large.
    package var isOfSize: Bool {
        switch self {
        case .oversized, .implausibleCount: true
        default: false
        }
    }
}
