internal import Vocabulary

/// Numbers for the writes of connections that took up a session which was there before.
///
/// A transaction carries its session and its number, and nothing else says whose request it was. Many
/// clients number their requests from 1 again on each connection, so that a write of the connection before,
/// still under way here or sent by another server, would be taken for the answer to a later one. So a
/// resumed connection's writes go into the order under numbers that no other connection of any server uses
/// at that time; the client's own number stays in its answer. A session's first connection needs none: its
/// numbers are the first of their session.
///
/// From the highest bit on: 1, since clients count from 0 upwards, or from the time in seconds; the lowest
/// byte of the server's number; 23 bits that count this server's requests from somewhere.
package struct ResumedCxids {
    /// Which number a write of a resumed connection has.
    package enum Rule: Sendable {
        /// One of this server's.
        case own
        /// The client's, as with Apache's servers: a simulation must find what is wrong with that.
        case ofClient
    }

    private let rule: Rule
    private let server: UInt32
    private var last: UInt32

    /// - Parameter seed: Where to begin, so that one life of a server does not count where the last one did.
    init(server: PeerID, seed: UInt64, rule: Rule) {
        self.rule = rule
        self.server = UInt32(truncatingIfNeeded: server.rawValue) & 0xff
        self.last = UInt32(truncatingIfNeeded: seed >> 17)
    }

    mutating func next(insteadOf xid: Int32) -> Int32 {
        guard rule == .own else { return xid }
        last &+= 1
        return Int32(bitPattern: 1 << 31 | server << 23 | last & 0x7f_ffff)
    }
}
