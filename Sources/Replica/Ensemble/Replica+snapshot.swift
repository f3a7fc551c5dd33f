package import NIOCore
internal import Vocabulary
package import Wire
internal import Zab
internal import Znodes

/// Whole trees: sent to a learner that is too far behind, received from a leader, written to the own disk.
extension Replica {
    // MARK: A leader's

    /// Sends the tree as it is now, between the packet that announces it and what follows: its first slice at
    /// once, the others when everybody else has had his turn.
    mutating func sendSnapshot(to link: LinkID) {
        let (capture, head) = committed.beginCapture()
        let sessions = head.sessions.map { (session: $0.id, timeoutMs: $0.timeoutMs) }
        let piece = SnapshotStreamEncoder.head(sessions: sessions, acls: head.acls)
        effects.perform(.link(.snapshotPiece(link, piece)))
        let isFirst = outgoing.isEmpty
        outgoing.add(capture, to: link)
        if isFirst { sendSlice() }
    }

    /// Sends the next slice of the tree that is being sent; those of other learners wait for its end.
    mutating func sendSlice() {
        while let (link, capture) = outgoing.first, !zab.isLearner(link) {
            committed.endCapture(capture)
            _ = outgoing.removeFirst()
        }
        guard let (link, capture) = outgoing.first else { return }
        guard let slice = committed.captureSlice(of: capture, records: settings.snapshotSliceRecords) else {
            preconditionFailure("a tree that is being sent has a next slice until its last is sent")
        }
        var piece = SnapshotStreamEncoder.znodes(slice.znodes)
        if slice.isLast { SnapshotStreamEncoder.writeEnd(to: &piece) }
        effects.perform(.link(.snapshotPiece(link, piece)))
        if slice.isLast {
            for packet in outgoing.removeFirst() { effects.perform(.link(.toLearner(link, packet))) }
        }
        if !outgoing.isEmpty { continueSoon() }
    }

    /// Sends a learner a packet, behind the tree that it is being sent.
    mutating func send(_ packet: QuorumPacket, to link: LinkID) {
        if !outgoing.isEmpty, outgoing.enqueue(packet, for: link) { return }
        effects.perform(.link(.toLearner(link, packet)))
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
        outgoing.removeAll()
        let received = incoming.take()
        // The snapshot may hold what they wait for: nobody is asked for it again.
        clients.closeAll(into: &effects)
        committed.adopt(received, at: zxid, now: now)
        overlay = Overlay()
    }

    /// The tree as it is now, for the disk.
    package var storedState: StoredState { committed.stored }

    // MARK: The node's own

    mutating func handle(_ input: SnapshotInput) {
        switch input {
        case .due:
            guard let head = committed.beginOwnCapture() else { return }
            effects.perform(.snapshot(.begin(head, after: zab.lastWrite)))
        case .sliceDue:
            guard let slice = committed.ownSlice(records: settings.snapshotSliceRecords) else { return }
            effects.perform(.snapshot(.add(slice)))
        case .failed: abandonSnapshot()
        }
    }

    mutating func abandonSnapshot() {
        if committed.endOwnCapture() { effects.perform(.snapshot(.abandon)) }
    }
}
