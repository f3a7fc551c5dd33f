internal import NIOCore
package import Vocabulary
internal import Wire

/// A watch that a request asks for.
package struct WatchRegistration: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// Once: the data, or the coming of a znode that is not there (exists alone).
        case data
        case exists
        case children
        /// Until it is removed: the znode, or the znode and all below.
        case persistent
        case recursive
    }

    package var path: ZnodePath
    package var kind: Kind

    package init(_ kind: Kind, at path: ZnodePath) {
        self.path = path
        self.kind = kind
    }
}

/// The kinds of change that servers tell of.
package enum WatchEventType: Int32, Sendable {
    case created = 1
    case deleted = 2
    case dataChanged = 3
    case childrenChanged = 4
}

/// All that the server of this connection watches for the client: the next one has to be told.
struct WatchLedger: Sendable {
    private var data: Set<ZnodePath> = []
    private var exists: Set<ZnodePath> = []
    private var children: Set<ZnodePath> = []
    private var persistent: Set<ZnodePath> = []
    private var recursive: Set<ZnodePath> = []

    /// Notes what the answer to a read leaves behind. `exists` watches a missing znode too; no other does.
    mutating func arm(_ watch: WatchRegistration, isThere: Bool) {
        switch watch.kind {
        case .data where isThere, .exists where isThere: data.insert(watch.path)
        case .exists: exists.insert(watch.path)
        case .children where isThere: children.insert(watch.path)
        case .persistent where isThere: persistent.insert(watch.path)
        case .recursive where isThere: recursive.insert(watch.path)
        case .data, .children, .persistent, .recursive: break
        }
    }

    /// Takes out what an event has used up.
    mutating func fire(_ type: WatchEventType, at path: ZnodePath) {
        switch type {
        case .created, .dataChanged:
            data.remove(path)
            exists.remove(path)
        case .deleted:
            data.remove(path)
            exists.remove(path)
            children.remove(path)
        case .childrenChanged: children.remove(path)
        }
    }

    /// Takes out all that is watched at `path`.
    ///
    /// - Returns: Whether there was any.
    mutating func remove(_ path: ZnodePath) -> Bool {
        let gone = [
            data.remove(path), exists.remove(path), children.remove(path), persistent.remove(path),
            recursive.remove(path),
        ]
        return gone.contains { $0 != nil }
    }

    /// Forgets what fires once: a new session's readers read again, and ask anew.
    mutating func sessionLost() {
        data.removeAll()
        exists.removeAll()
        children.removeAll()
    }

    /// The requests that make a new connection watch the same, in pieces that servers take.
    func requests(since zxid: Zxid) -> [(opcode: OpCode, body: ByteBuffer)] {
        let hasPersistent = !persistent.isEmpty || !recursive.isEmpty
        var pieces: [SetWatchesRequest] = []
        var bytes = WatchLedger.pieceBytes
        for (list, paths) in [
            (\SetWatchesRequest.data, data), (\.exist, exists), (\.children, children),
            (\.persistent, persistent), (\.recursive, recursive),
        ] {
            for path in paths.sorted() {
                if bytes + path.bytes.count > WatchLedger.pieceBytes {
                    bytes = 0
                    pieces.append(
                        SetWatchesRequest(
                            relativeZxid: zxid, data: [], exist: [], children: [],
                            hasPersistent: hasPersistent))
                }
                pieces[pieces.count - 1][keyPath: list].append(path)
                bytes += path.bytes.count + 4
            }
        }
        return pieces.map { piece in
            var body = ByteBuffer()
            piece.encode(into: &body)
            return (hasPersistent ? .setWatches2 : .setWatches, body)
        }
    }

    private static let pieceBytes = 128 << 10
}
