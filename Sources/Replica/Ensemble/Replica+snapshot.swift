package import NIOCore
package import Vocabulary
package import Wire
internal import Zab
package import Znodes

/// A whole tree and its sessions, as a node keeps them on its disk.
package struct StoredState: Equatable, Sendable {
    package struct StoredSession: Equatable, Sendable {
        package let id: SessionID
        package let timeoutMs: Int32

        package init(id: SessionID, timeoutMs: Int32) {
            self.id = id
            self.timeoutMs = timeoutMs
        }
    }

    package let digest: UInt64
    package let sessions: [StoredSession]
    /// Parents before their children.
    package let znodes: [StoredZnode]

    package init(digest: UInt64, sessions: [StoredSession], znodes: [StoredZnode]) {
        self.digest = digest
        self.sessions = sessions
        self.znodes = znodes
    }
}

/// Whole trees: sent to a learner that is too far behind, received from a leader, found on the disk.
extension Replica {
    /// Bytes of one piece of a snapshot on its way to a learner.
    private static let pieceBytes = 256 << 10

    // MARK: A leader's

    /// Serialises the tree as it is now, between the packet that announces it and what follows.
    mutating func sendSnapshot(to link: LinkID, into effects: inout Effects) {
        let sessions = storedSessions.map { (session: $0.id, timeoutMs: $0.timeoutMs) }
        var pieces: [ByteBuffer] = []
        SnapshotWriter.write(tree, sessions: sessions, chunkBytes: Replica.pieceBytes) { pieces.append($0) }
        for piece in pieces { effects.act(.peer(.snapshotPiece(link, piece))) }
    }

    private var storedSessions: [StoredState.StoredSession] {
        sessions.ids.compactMap { id in
            guard let session = sessions[id], session.isCommitted else { return nil }
            return StoredState.StoredSession(id: id, timeoutMs: session.timeoutMs)
        }
    }

    // MARK: A learner's

    /// Reads on in the snapshot that its leader has announced.
    ///
    /// - Parameter stream: What has come and was not taken; what can be is.
    /// - Returns: Whether the snapshot is complete.
    /// - Throws: When it can be none; the link is of no use any more.
    package mutating func readSnapshot(_ stream: inout ByteBuffer) throws(DecodingError) -> Bool {
        var reader = incoming.take() ?? SnapshotReader(seed: seed)
        let isComplete = try reader.read(&stream)
        incoming = consume reader
        return isComplete
    }

    /// The tree is the received one from now on. What happened in between nobody here has seen: clients find
    /// out by connecting again.
    mutating func adoptSnapshot(_ zxid: Zxid, at now: Instant, into effects: inout Effects) {
        guard let reader = incoming.take() else {
            preconditionFailure("a snapshot is adopted when all of it has come")
        }
        for connection in connections.all {
            // The snapshot may hold it: nobody is asked for it again.
            connection.waiting.removeAll()
            connection.waitingReads = 0
            end(connection.id, into: &effects)
        }
        sessions.removeAll()
        for (session, timeoutMs) in reader.sessions {
            sessions.add(session, timeoutMs: timeoutMs, isCommitted: true, at: now)
        }
        tree = reader.finish(at: zxid)
        if let membership = settings.membership { tree.showConfiguration(membership.text) }
        overlay = Overlay()
        isTreeExact = false
    }

    /// The tree as it is now, for the disk.
    package var storedState: StoredState {
        var znodes: [StoredZnode] = []
        znodes.reserveCapacity(tree.nodes.count)
        tree.forEachZnode { id, path in
            znodes.append(
                StoredZnode(
                    path: path.byteCount == 0 ? .root : ZnodePath(path), data: tree.nodes.dataBytes(of: id),
                    acl: tree.acl(of: id), stat: tree.nodes.stat(of: id)))
        }
        return StoredState(digest: tree.digest, sessions: storedSessions, znodes: znodes)
    }

    // MARK: The node's own

    /// Takes in what a snapshot on the disk holds, before the log behind it is replayed.
    ///
    /// - Returns: False when it is not a tree, or its digest another one: the snapshot is damaged.
    package mutating func restore(_ state: StoredState, at zxid: Zxid, now: Instant) -> Bool {
        precondition(!isServing, "the snapshot is restored before anybody is served")
        for session in state.sessions {
            sessions.add(session.id, timeoutMs: session.timeoutMs, isCommitted: true, at: now)
        }
        for znode in state.znodes {
            guard tree.restore(znode) else { return false }
        }
        guard tree.digest == state.digest else { return false }
        tree.advance(to: zxid)
        isTreeExact = false
        if let membership = settings.membership { tree.showConfiguration(membership.text) }
        recovered = History(
            after: zxid, [], committed: zxid,
            keepingBytes: settings.membership == nil ? 0 : settings.historyBytesMax)
        return true
    }
}
