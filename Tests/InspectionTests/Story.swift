import Inspection
import NIOCore
import Storage
import Vocabulary
import Wire
import Znodes

/// A history as a leader would have made it, with times and sessions that a test knows beforehand.
final class Story {
    private var tree = Tree(seed: 1)
    private var overlay = Overlay()
    private(set) var rows: [LogRow] = []
    private(set) var digests: [Zxid: UInt64] = [:]
    private(set) var sessions: [SessionID: Int32] = [:]
    var timeMs: Int64 = 1_795_694_400_000  // 2026-11-26T12:00:00Z
    private(set) var last: Zxid
    private var cxid: Int32 = 0

    init(epoch: Int32 = 1) {
        last = Zxid(epoch: Epoch(rawValue: epoch), counter: 0)
    }

    func beginEpoch(_ epoch: Int32) { last = Zxid(epoch: Epoch(rawValue: epoch), counter: 0) }

    static let open = [RequestedACLEntry(permissions: .all, scheme: "world", id: "anyone")]
    static let ann = SessionID(rawValue: 0x100_0000_0001)
    static let bob = SessionID(rawValue: 0x200_0000_0002)

    // MARK: What clients do

    @discardableResult
    func open(_ session: SessionID, timeoutMs: Int32 = 10_000) -> Zxid {
        sessions[session] = timeoutMs
        return commit(.createSession(timeoutMs: timeoutMs), digest: tree.digest, by: session)
    }

    @discardableResult
    func close(_ session: SessionID) -> Zxid {
        sessions[session] = nil
        let (change, digest) = overlay.prepareClose(of: session, as: last.next, over: tree)
        return commit(change, digest: digest, by: session)
    }

    @discardableResult
    func create(
        _ path: String, _ data: String? = "", by session: SessionID = ann, flags: Int32 = 0,
        acl: [RequestedACLEntry] = Story.open,
        opcode: CreateOperation.Opcode = .create, ttlMs: Int64 = -1
    ) -> Zxid {
        write(
            .create(
                CreateOperation(
                    opcode: opcode, path: ZnodePath(path), data: data.map { Array($0.utf8) }, acl: acl,
                    flags: flags, ttlMs: ttlMs)), by: session)
    }

    @discardableResult
    func set(_ path: String, _ data: String, by session: SessionID = ann) -> Zxid {
        write(.setData(path: ZnodePath(path), data: Array(data.utf8), version: -1), by: session)
    }

    @discardableResult
    func delete(_ path: String, by session: SessionID = ann) -> Zxid {
        write(.delete(path: ZnodePath(path), version: -1), by: session)
    }

    @discardableResult
    func write(_ operation: Operation, by session: SessionID = ann) -> Zxid {
        let requester = Requester(session: session, identities: [.anyone])
        do throws(ErrorCode) {
            let (change, digest) = try overlay.prepare(
                operation, for: requester, as: last.next, timeMs: timeMs + 1000, over: tree,
                rules: TreeRules(hasExtendedTypes: true))
            return commit(change, digest: digest, by: session)
        } catch {
            return commit(.error(code: error.rawValue), digest: nil, by: session)
        }
    }

    private func commit(_ change: Change, digest: UInt64?, by session: SessionID) -> Zxid {
        last = last.next
        timeMs += 1000
        cxid += 1
        let transaction = Transaction(
            session: session, cxid: cxid, zxid: last, timeMs: timeMs, change: change, digest: digest)
        var body = ByteBuffer()
        transaction.encode(into: &body)
        rows.append(
            LogRow(
                zxid: last, timeMs: timeMs, session: session, cxid: cxid, type: transaction.change.type,
                path: transaction.change.path, body: body))
        var applied: [Applied] = []
        tree.apply(transaction, into: &applied)
        overlay.drop(through: last)
        digests[last] = tree.digest
        return last
    }

    // MARK: What nodes keep of it

    /// The chain after `zxid`.
    func chain(at zxid: Zxid) -> RowChain {
        rows.prefix { $0.zxid <= zxid }.reduce(RowChain.empty) { $1.chained(to: $0) }
    }

    /// A folder as a node leaves it that ended cleanly.
    ///
    /// - Parameter start: what its log begins after.
    @discardableResult
    func write(
        to path: String, through end: Zxid? = nil, start: RowChain = .empty, committed: Zxid? = nil,
        accepted: Int32? = nil
    ) throws -> String {
        var writer = try FolderWriter(folder: path, start: start)
        let end = end ?? last
        for row in rows where row.zxid > start.zxid && row.zxid <= end { try writer.append(row) }
        let epoch = accepted.map { Epoch(rawValue: $0) } ?? end.epoch
        try writer.finish(acceptedEpoch: epoch, currentEpoch: epoch, committed: committed ?? end)
        return path
    }

    /// The snapshot of the tree as it is now, as a node writes it.
    func writeSnapshot(to path: String) throws {
        var writer = try SnapshotWriter(directory: path, zxid: last)
        for (session, timeoutMs) in sessions.sorted(by: { $0.key < $1.key }) {
            try writer.add(session: session, timeoutMs: timeoutMs)
        }
        var ids: [ACL: Int64] = [.open: -1]
        var znodes = PackedZnodes()
        tree.forEachZnode { id, path in
            let acl = tree.acl(of: id)
            if ids[acl] == nil { ids[acl] = Int64(ids.count) }
            let data = tree.znodes.dataBytes(of: id)
            let root = [UInt8(ascii: "/")]
            let bytes = data ?? []
            znodes.append(
                ZnodeRow(
                    path: path.byteCount == 0 ? root.span.bytes : path, data: bytes.span.bytes,
                    hasNullData: data == nil, list: ids[acl] ?? -1, stat: tree.znodes.stat(of: id)))
        }
        for (acl, id) in ids.sorted(by: { $0.value < $1.value }) where id != -1 {
            try writer.add(acl: id, acl)
        }
        try writer.add(znodes)
        try writer.finish(digest: tree.digest)
    }

    var digest: UInt64 { tree.digest }
}

extension Story {
    /// A few of everything, seventeen transactions.
    static func ofServices() -> Story {
        let story = Story()
        story.open(ann)
        story.create("/services")
        story.create("/services/payment")
        story.create("/services/payment/config", "timeout=30")
        story.set("/services/payment/config", "timeout=60")
        story.create("/services/payment/leader", "host-1", flags: 1)
        story.create("/services/queue-", "x", flags: 2)
        story.create(
            "/secret", "\u{1}",
            acl: [RequestedACLEntry(permissions: .read, scheme: "digest", id: "ann:0Vn8=")])
        story.write(
            .multi([
                .create(
                    CreateOperation(
                        opcode: .create, path: "/services/a", data: Array("1".utf8),
                        acl: Story.open, flags: 0)),
                .setData(path: "/services/payment/config", data: Array("timeout=90".utf8), version: -1),
                .check(path: "/services/payment", version: 0),
            ]))
        story.write(.multi([.delete(path: "/nope", version: -1), .check(path: "/", version: 0)]))
        story.delete("/nope")
        story.open(bob, timeoutMs: 4000)
        story.create("/services/payment/worker", "w2", by: bob, flags: 1)
        story.delete("/services/a")
        story.close(bob)
        story.create("/jobs", nil, flags: 4, opcode: .createContainer)
        story.close(ann)
        return story
    }
}
