package import Vocabulary

/// Rows as another node sent them; nothing of them is believed yet.
package struct FetchedRows: Sendable {
    package let rows: [LogRow]
    package let peer: PeerID
    /// Of the answer that they came in.
    package let bytes: Int

    package init(_ rows: [LogRow], from peer: PeerID, bytes: Int) {
        self.rows = rows
        self.peer = peer
        self.bytes = bytes
    }
}

/// The others, asked in turn for rows: those of the first that has some; nil where none has.
///
/// - Parameter excluded: Those whose rows did not fit.
package typealias AskPeers = (_ wanted: RowsWanted, _ excluded: Set<PeerID>) -> FetchedRows?

/// A file of the log that was put together again, in numbers.
package struct Mending: Equatable, Sendable {
    package let file: String
    /// Runs of rows that came from others.
    package fileprivate(set) var fetched: [ClosedRange<Zxid>] = []
    package fileprivate(set) var rows = 0
    package fileprivate(set) var bytes = 0
    package fileprivate(set) var peers: Set<PeerID> = []

    init(file: String) { self.file = file }

    mutating func note(_ answer: FetchedRows) {
        bytes += answer.bytes
        peers.insert(answer.peer)
    }

    mutating func note(_ row: Zxid) {
        rows += 1
        if let last = fetched.last, last.upperBound.isFollowed(by: row) {
            fetched[fetched.count - 1] = last.lowerBound...row
        } else {
            fetched.append(row...row)
        }
    }
}

/// The outcome for a damaged folder that was to be put together again.
package enum FolderMending: Sendable {
    /// Nothing is damaged that another node could help with.
    case nothing
    /// All is as it was.
    case mended([Mending])
    /// The log ends earlier than it did, or begins anew, and the node synchronizes before it votes; why.
    case cut([Mending], because: String)
    /// Rows are missing that nobody has who was asked; nothing was changed.
    case unavailable(file: String, missing: RowsWanted)
}
