internal import Vocabulary
internal import Znodes

/// The tree that the history makes, kept at every place of it: what a read must have returned.
///
/// Written without the server's tree on purpose: slower, and with other mistakes.
struct Model {
    struct Version {
        let zxid: Zxid
        let data: [UInt8]?
        let number: Int32
        let exists: Bool
    }

    private struct Znode {
        var versions: [Version] = []
        /// How many children, and since when.
        var children: [(zxid: Zxid, count: Int)] = []
    }

    private var znodes: [ZnodePath: Znode] = [:]
    /// Sessions that were opened, and when each was closed.
    private(set) var openSessions: Set<SessionID> = []
    private var closings: [SessionID: Zxid] = [:]
    private var owners: [ZnodePath: SessionID] = [:]

    func closing(of session: SessionID) -> Zxid? { closings[session] }

    // MARK: At a place of the history

    func version(of path: ZnodePath, at zxid: Zxid) -> Version? {
        guard let last = znodes[path]?.versions.last(where: { $0.zxid <= zxid }), last.exists else {
            return nil
        }
        return last
    }

    func childCount(of path: ZnodePath, at zxid: Zxid) -> Int {
        znodes[path]?.children.last { $0.zxid <= zxid }?.count ?? 0
    }

    /// When the znode itself first changed, came or went behind `start`.
    func firstChange(of path: ZnodePath, after start: Zxid) -> Zxid? {
        guard let versions = znodes[path]?.versions, let last = versions.last, last.zxid > start else {
            return nil
        }
        return versions.first { $0.zxid > start }?.zxid
    }

    func firstChildChange(of path: ZnodePath, after start: Zxid) -> Zxid? {
        guard let children = znodes[path]?.children, let last = children.last, last.zxid > start else {
            return nil
        }
        return children.first { $0.zxid > start }?.zxid
    }

    // MARK: Applying

    mutating func apply(_ transaction: Transaction) {
        apply(transaction.change, transaction)
    }

    private mutating func apply(_ change: Change, _ transaction: Transaction) {
        let zxid = transaction.zxid
        switch change {
        case .create(let creation):
            add(Version(zxid: zxid, data: creation.data, number: 0, exists: true), to: creation.path)
            if creation.isEphemeral { owners[creation.path] = transaction.session }
            countChild(of: creation.path, by: 1, at: zxid)
        case .delete(let path, _): remove(path, at: zxid)
        case .setData(let path, let data, let version):
            add(Version(zxid: zxid, data: data, number: version, exists: true), to: path)
        case .multi(let changes):
            if !changes.haveFailed { for change in changes { apply(change, transaction) } }
        case .createSession: openSessions.insert(transaction.session)
        case .closeSession:
            // Whatever it lists: a session leaves no ephemeral behind.
            let owned = owners.filter { $0.value == transaction.session }.keys.sorted()
            for path in owned { remove(path, at: zxid) }
            openSessions.remove(transaction.session)
            closings[transaction.session] = zxid
        case .setACL, .reconfig, .check, .error: break
        }
    }

    private mutating func add(_ version: Version, to path: ZnodePath) {
        znodes[path, default: Znode()].versions.append(version)
    }

    private mutating func remove(_ path: ZnodePath, at zxid: Zxid) {
        guard version(of: path, at: zxid) != nil else { return }
        owners[path] = nil
        add(Version(zxid: zxid, data: nil, number: 0, exists: false), to: path)
        countChild(of: path, by: -1, at: zxid)
    }

    private mutating func countChild(of path: ZnodePath, by difference: Int, at zxid: Zxid) {
        guard let parent = path.parent else { return }
        let count = childCount(of: parent, at: zxid) + difference
        znodes[parent, default: Znode()].children.append((zxid, count))
    }
}

extension [Change] {
    /// Whether these, of a multi, are what is recorded of one that failed.
    var haveFailed: Bool {
        contains { change in
            guard case .error = change else { return false }
            return true
        }
    }
}
