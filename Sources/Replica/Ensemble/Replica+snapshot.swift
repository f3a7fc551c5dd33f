package import NIOCore
internal import Vocabulary
package import Wire
internal import Zab
internal import Znodes

/// Whole trees: sent to a learner that is too far behind, received from a leader, written to the own disk.
extension Replica {
    /// Bytes of one piece of a snapshot on its way to a learner.
    private static let pieceBytes = 256 << 10

    // MARK: A leader's

    /// Serializes the tree as it is now, between the packet that announces it and what follows.
    mutating func sendSnapshot(to link: LinkID) {
        let sessions = committed.storedSessions.map { (session: $0.id, timeoutMs: $0.timeoutMs) }
        var pieces: [ByteBuffer] = []
        SnapshotStreamEncoder.write(committed.tree, sessions: sessions, chunkBytes: Replica.pieceBytes) {
            pieces.append($0)
        }
        for piece in pieces { effects.append(.link(.snapshotPiece(link, piece))) }
    }

    // MARK: A learner's

    /// Reads on in the snapshot that its leader has announced.
    ///
    /// - Parameter stream: What has come and was not taken; what can be is.
    /// - Returns: Whether the snapshot is complete.
    /// - Throws: When it can be none; the link is of no use any more.
    package mutating func readSnapshot(_ stream: inout ByteBuffer) throws(DecodingError) -> Bool {
        try incoming.read(&stream)
    }

    /// The tree is the received one from now on. What happened in between nobody here has seen: clients find
    /// out by connecting again.
    mutating func adoptSnapshot(_ zxid: Zxid) {
        abandonSnapshot()
        let received = incoming.take()
        // The snapshot may hold what they wait for: nobody is asked for it again.
        clients.closeAll(into: &effects)
        committed.adopt(received, at: zxid, now: now)
        overlay = Overlay()
    }

    /// The tree as it is now, for the disk.
    package var storedState: StoredState { committed.stored }

    // MARK: The node's own

    mutating func beginSnapshot() {
        if let head = committed.beginCapture() {
            effects.append(.snapshot(.begin(head, after: zab.lastWrite)))
        }
    }

    mutating func continueSnapshot() {
        guard let slice = committed.captureSlice(records: settings.snapshotSliceRecords) else { return }
        effects.append(.snapshot(.add(slice)))
    }

    mutating func abandonSnapshot() {
        if committed.endCapture() { effects.append(.snapshot(.abandon)) }
    }
}
