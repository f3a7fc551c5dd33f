/// The kind of a znode, as it is kept in the stored `ephemeralOwner`.
///
/// 0 is persistent, the smallest number a container, a top byte of 0xff a TTL in milliseconds, anything else
/// the session that owns an ephemeral. Servers number sessions so that the marks never collide with one.
package enum Ownership: Equatable, Sendable {
    case persistent
    case ephemeral(SessionID)
    case container
    case ttl(milliseconds: Int64)

    /// The longest TTL that the mark can hold: 2^40 - 1 ms.
    package static let ttlMsMax: Int64 = 0xff_ffff_ffff

    @inlinable
    package init(rawValue: Int64) {
        if rawValue == 0 {
            self = .persistent
        } else if rawValue == Int64.min {
            self = .container
        } else if UInt64(bitPattern: rawValue) >> 56 == 0xff {
            self = .ttl(milliseconds: rawValue & Ownership.ttlMsMax)
        } else {
            self = .ephemeral(SessionID(rawValue: rawValue))
        }
    }

    @inlinable package var rawValue: Int64 {
        switch self {
        case .persistent: 0
        case .ephemeral(let session): session.rawValue
        case .container: Int64.min
        case .ttl(let milliseconds): Int64(bitPattern: 0xff00_0000_0000_0000) | milliseconds
        }
    }

    @inlinable package var session: SessionID? {
        guard case .ephemeral(let session) = self else { return nil }
        return session
    }
}
