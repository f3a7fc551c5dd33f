package import NIOCore
package import Vocabulary

/// One place in the history: a position and what stands there, which Zab carries and does not look into.
package struct Entry: Equatable, Sendable {
    package let zxid: Zxid
    package let body: ByteBuffer

    @inlinable
    package init(_ zxid: Zxid, _ body: ByteBuffer) {
        self.zxid = zxid
        self.body = body
    }

    /// Bytes it takes in memory, about.
    var weight: Int { body.readableBytes + 128 }
}

/// One connection of a learner to this leader, never used twice in a process' life.
package struct LinkID: Hashable, Comparable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    package static func < (left: LinkID, right: LinkID) -> Bool { left.rawValue < right.rawValue }
}
