/// The position of a transaction in the one total order: an epoch and a counter within it.
///
/// Ordered as a signed 64-bit number, as Apache ZooKeeper orders it. Prints as unpadded lower-case hex, as
/// ZooKeeper's own tools print it.
package struct Zxid: Hashable, Comparable, Sendable {
    package let rawValue: Int64

    @inlinable
    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    @inlinable
    package init(epoch: Epoch, counter: UInt32) {
        self.rawValue = Int64(epoch.rawValue) << 32 | Int64(counter)
    }

    /// The position before the first transaction.
    package static let zero = Zxid(rawValue: 0)

    @inlinable package var epoch: Epoch { Epoch(rawValue: Int32(truncatingIfNeeded: rawValue >> 32)) }
    @inlinable package var counter: UInt32 { UInt32(truncatingIfNeeded: rawValue) }

    /// The next transaction of the same epoch.
    ///
    /// - Precondition: the counter has not reached its last value; a leader steps down before that.
    @inlinable package var next: Zxid {
        precondition(counter < UInt32.max, "an epoch ends before its counter overflows")
        return Zxid(rawValue: rawValue + 1)
    }

    /// Whether `next` may follow `self` in a log: the next of its epoch, or the first of a later one.
    ///
    /// Zxids inside an epoch are contiguous and begin at counter 1 (quorum protocol 1.1, 4.2).
    @inlinable
    package func isFollowed(by next: Zxid) -> Bool {
        if next.epoch == epoch {
            return counter < UInt32.max && next == self.next
        }
        return next.epoch > epoch && next.counter == 1
    }

    @inlinable
    package static func < (left: Zxid, right: Zxid) -> Bool { left.rawValue < right.rawValue }
}

extension Zxid: CustomStringConvertible {
    package var description: String { "0x" + String(UInt64(bitPattern: rawValue), radix: 16) }
}

/// The reign of one leader; 0 on a node that has never been in an ensemble.
package struct Epoch: Hashable, Comparable, Sendable {
    package let rawValue: Int32

    @inlinable
    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    package static let zero = Epoch(rawValue: 0)
    /// None follows it, so nobody may be led into it.
    package static let last = Epoch(rawValue: .max)

    @inlinable
    package static func < (left: Epoch, right: Epoch) -> Bool { left.rawValue < right.rawValue }
}
