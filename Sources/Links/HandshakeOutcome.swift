internal import Vocabulary

/// The fate of a connection to the election port, by the number that its maker claims (quorum protocol 2.2).
///
/// Of two servers the one with the larger number dials, so that there is one connection and not two.
enum HandshakeOutcome: Equatable {
    /// The number is larger than ours: its connection is the link.
    case keep(PeerID)
    /// The number is smaller: it only asks to be dialed.
    case dialBack(PeerID)
    /// An observer that has no number; the link gets one of ours.
    case anonymous
    /// The reason continues the sentence "closed, because it …".
    case refuse(String)

    /// The number that an observer without one sends.
    static let anonymousNumber = PeerID(rawValue: Int64.max)

    /// - Parameter admitsJoiners: Whether the configuration lets servers learn that it does not list.
    init(_ claimed: PeerID, me: PeerID, isMember: Bool, admitsJoiners: Bool = false) {
        if claimed == HandshakeOutcome.anonymousNumber {
            self = admitsJoiners ? .anonymous : .refuse("is an observer that the configuration does not list")
        } else if claimed == me {
            self = .refuse("says to be this server; is a myid file a copy?")
        } else if !isMember {
            self = .refuse("says to be server \(claimed.rawValue), which is none of the ensemble")
        } else {
            self = claimed > me ? .keep(claimed) : .dialBack(claimed)
        }
    }
}
