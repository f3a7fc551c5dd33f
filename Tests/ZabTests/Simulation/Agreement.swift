import Vocabulary
import Zab

/// What must hold in every run (quorum protocol 12.1), kept as the longest history anybody ever applied.
struct Agreement {
    private(set) var history: [Entry] = []
    private var leaders: [Epoch: PeerID] = [:]

    /// Prefix consistency, total order, integrity: place `index` holds the same for everybody, for ever.
    mutating func check(_ entry: Entry, at index: Int, by id: PeerID) throws(Violation) {
        if index < history.count {
            guard history[index] == entry else {
                throw Violation(
                    "server \(id.rawValue) applied \(entry) at place \(index), others \(history[index])")
            }
            return
        }
        if let last = history.last, last.zxid >= entry.zxid {
            throw Violation("server \(id.rawValue) applied \(entry) behind \(last)")
        }
        history.append(entry)
    }

    func check(_ snapshot: [Entry], by id: PeerID) throws(Violation) {
        guard snapshot.count <= history.count, snapshot.elementsEqual(history.prefix(snapshot.count)) else {
            throw Violation("server \(id.rawValue) took a snapshot that nobody's history begins with")
        }
    }

    /// One leader an epoch; and it knows all that was ever applied before it proposes anything.
    mutating func check(leader: PeerID, of epoch: Epoch, knows delivered: [Entry]) throws(Violation) {
        if let other = leaders[epoch], other != leader {
            throw Violation("servers \(other.rawValue) and \(leader.rawValue) led epoch \(epoch.rawValue)")
        }
        leaders[epoch] = leader
        guard delivered.count >= history.count else {
            throw Violation(
                "leader \(leader.rawValue) of epoch \(epoch.rawValue) lacks \(history[delivered.count])")
        }
    }

    var epochs: Int { leaders.count }
}

/// Something that must never be was.
struct Violation: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
