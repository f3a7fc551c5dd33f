package import NIOCore
package import Vocabulary
package import Znodes

/// Builds a tree of a snapshot's stream, fed with whatever of it has come (quorum protocol 3.5 and 7.2).
///
/// Takes whole elements only, each an entry of a list or a znode, so that what waits is never more than one
/// of them and nothing is read twice.
package struct SnapshotStreamDecoder: ~Copyable {
    private enum Stage: Equatable {
        case sessionCount
        case sessions(left: Int32)
        case listCount
        case lists(left: Int32)
        /// Inside the ACL `id`, with `left` entries to come.
        case entries(id: Int64, left: Int32, listsLeft: Int32)
        case znodes
        case signature
        case complete
    }

    private var stage = Stage.sessionCount
    private let recordBytesMax: Int
    private var known: Set<SessionID> = []
    private var acls: [Int64: ACL] = [:]
    private var acl: ACL = []
    private var hasRoot = false
    private var tree: Tree

    /// The sessions read so far, in the order of the stream; none is there twice.
    package private(set) var sessions: [(session: SessionID, timeoutMs: Int32)] = []

    /// - Parameters:
    ///   - seed: The tree's, a number that clients cannot guess.
    ///   - recordBytesMax: What a path, data or a text may hold; more is refused before it has come.
    package init(seed: UInt64, recordBytesMax: Int) {
        tree = Tree(seed: seed)
        self.recordBytesMax = recordBytesMax
    }

    /// Takes from the front of `stream` what is there in full.
    ///
    /// - Returns: Whether the snapshot is complete. What stands behind it stays in the stream.
    /// - Throws: When this can be no snapshot, however much still comes; again at every later call.
    package mutating func read(_ stream: inout ByteBuffer) throws(DecodingError) -> Bool {
        var taken = 0
        defer { stream.moveReaderIndex(forwardBy: taken) }
        do {
            try stream.readableBytesSpan.withReader { reader throws(DecodingError) in
                while stage != .complete {
                    try readElement(&reader)
                    taken = reader.offset
                }
            }
            return true
        } catch {
            guard case .truncated = error else { throw error }
            return false
        }
    }

    /// The tree as it was at `zxid`.
    ///
    /// - Precondition: The snapshot is complete.
    package consuming func finish(at zxid: Zxid) -> Tree {
        precondition(stage == .complete, "only a whole snapshot is a tree")
        var tree = self.tree
        tree.countUsage()
        tree.advance(to: zxid)
        return tree
    }

    // MARK: Elements

    /// Changes nothing unless the element is there in full.
    private mutating func readElement(_ reader: inout JuteReader) throws(DecodingError) {
        switch stage {
        case .sessionCount: stage = .sessions(left: try count(&reader))
        case .sessions(left: 0): stage = .listCount
        case .sessions(let left):
            try readSession(&reader)
            stage = .sessions(left: left - 1)
        case .listCount: stage = .lists(left: try count(&reader))
        case .lists(left: 0): stage = .znodes
        case .lists(let left): try beginList(&reader, left: left)
        case .entries(let id, left: 0, let listsLeft):
            acls[id] = acl
            stage = .lists(left: listsLeft - 1)
        case .entries(let id, let left, let listsLeft):
            acl.append(try entry(&reader))
            stage = .entries(id: id, left: left - 1, listsLeft: listsLeft)
        case .znodes: try readZnode(&reader)
        case .signature: try readSignature(&reader)
        case .complete: break
        }
    }

    private func count(_ reader: inout JuteReader) throws(DecodingError) -> Int32 {
        let count = try reader.int32()
        guard count >= 0 else { throw .negativeLength(count) }
        return count
    }

    private mutating func readSession(_ reader: inout JuteReader) throws(DecodingError) {
        let session = SessionID(rawValue: try reader.int64())
        let timeoutMs = try reader.int32()
        guard known.insert(session).inserted else { throw .unexpectedSession(session) }
        sessions.append((session, timeoutMs))
    }

    private mutating func beginList(_ reader: inout JuteReader, left: Int32) throws(DecodingError) {
        let id = try reader.int64()
        let count = try reader.int32()
        if count == -1 { throw .unexpectedNull }
        guard count >= 0 else { throw .negativeLength(count) }
        guard Int(count) <= recordBytesMax / 12 else {
            throw .implausibleCount(count, available: recordBytesMax)
        }
        guard acls[id] == nil else { throw .unexpectedACL(id) }
        acl = []
        stage = .entries(id: id, left: count, listsLeft: left)
    }

    private func entry(_ reader: inout JuteReader) throws(DecodingError) -> ACLEntry {
        let permissions = Permissions(rawValue: try reader.int32())
        guard let scheme = try reader.slice(max: recordBytesMax),
            let id = try reader.slice(max: recordBytesMax)
        else { throw .unexpectedNull }
        return ACLEntry(
            permissions: permissions,
            identity: Identity(scheme: ByteString(copying: scheme), id: ByteString(copying: id)))
    }

    private mutating func readZnode(_ reader: inout JuteReader) throws(DecodingError) {
        guard let pathBytes = try reader.slice(max: recordBytesMax) else { throw .unexpectedNull }
        if pathBytes.isEqual(to: SnapshotFormat.terminator) {
            guard hasRoot else { throw .misplacedZnode(.root) }
            stage = .signature
            return
        }
        let data = try reader.range(max: recordBytesMax)
        let aclID = try reader.int64()
        let stat = try StoredStat(decoding: &reader)
        let path = ZnodePath(pathBytes)
        guard path.isRoot || path.hasValidName else { throw .misplacedZnode(path) }
        let znode = StoredZnode(
            path: path, data: data.map { reader.copy($0) }, acl: acl(numbered: aclID), stat: stat)
        guard tree.restore(znode) else { throw .misplacedZnode(path) }
        hasRoot = true
    }

    /// A list that is not there came up after the leader had written them: the transaction that brought it
    /// follows (ZOOKEEPER-4846). Until then the znode is closed to everybody.
    private func acl(numbered id: Int64) -> ACL {
        id == SnapshotFormat.openACL ? .open : acls[id] ?? .closed
    }

    private mutating func readSignature(_ reader: inout JuteReader) throws(DecodingError) {
        let expected = SnapshotFormat.signature
        let length = try reader.int32()
        guard Int(length) == expected.count else { throw .unsigned }
        guard try reader.bytes(expected.count) == expected else { throw .unsigned }
        stage = .complete
    }
}

extension RawSpan {
    fileprivate func isEqual(to bytes: [UInt8]) -> Bool {
        byteCount == bytes.count && withUnsafeBytes { $0.elementsEqual(bytes) }
    }
}

extension ByteString {
    fileprivate init(copying bytes: RawSpan) {
        self.init(bytes.withUnsafeBytes { Array($0) })
    }
}
