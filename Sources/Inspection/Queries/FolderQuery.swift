package import FolderReading
internal import Printing
internal import Storage
internal import Vocabulary
internal import Wire
internal import Znodes

/// SQL over a node's folder: the views of the log as `migrations` has them, over all of its files, the tree
/// of one moment, and functions that decode bodies.
package final class FolderQuery {
    private let console: SQLConsole

    /// How long one query may hold a running node's WAL.
    package static let limitMsWhileRunning: Int64 = 10_000

    private init(_ console: SQLConsole) {
        self.console = console
    }

    /// Makes the views over `folder`.
    ///
    /// - Parameter moment: of the view `znodes`; nil is the log's end.
    /// - Parameter mention: what will be asked; the tree is only rebuilt when it names `znodes`.
    package static func prepare(
        over folder: NodeFolder, at moment: Moment? = nil, asking mention: String,
        progress: Progress = Progress()
    ) throws -> FolderQuery {
        let console = try SQLConsole(over: folder, functions: functions)
        let query = FolderQuery(console)
        try query.addSnapshots(of: folder)
        try query.addSegments(of: folder)
        try console.execute(znodesTable)
        if mention.lowercased().contains("znodes") { try query.addZnodes(folder, moment, progress) }
        console.seal(limitMs: folder.isRunning ? limitMsWhileRunning : nil)
        return query
    }

    /// Answers the statements in order.
    package func run(
        _ sql: String, columns: ([String]) throws -> Void, row: ([SQLValue]) throws -> Void
    ) throws {
        do {
            try console.run(sql, columns: columns, row: row)
        } catch let error as StorageError where error.code == .misuse {
            throw InspectionError(.usage, error.message)
        }
    }

    // MARK: Tables

    private static let znodesTable = """
        CREATE TEMP TABLE znodes (
            path TEXT, parent TEXT, kind TEXT, owner TEXT, data_bytes INTEGER, data BLOB, version INTEGER,
            cversion INTEGER, aversion INTEGER, czxid TEXT, mzxid TEXT, pzxid TEXT, created TEXT,
            modified TEXT, children INTEGER, acl TEXT)
        """

    private func addSnapshots(of folder: NodeFolder) throws {
        try console.execute(
            """
            CREATE TEMP TABLE snapshots (
                id INTEGER, zxid TEXT, time TEXT, znodes INTEGER, sessions INTEGER, digest TEXT,
                bytes INTEGER, usable INTEGER, fault TEXT)
            """)
        for snapshot in try NodeStatus(of: folder).snapshots {
            let summary = snapshot.summary
            try console.insert(
                into: "snapshots",
                [
                    .integer(snapshot.zxid.rawValue), .words("\(snapshot.zxid)"),
                    .words(summary.map { TimeText.iso($0.timeMs) }),
                    summary.map { .integer($0.znodes) } ?? .null,
                    summary.map { .integer($0.sessions) } ?? .null, .words(summary.map { "\($0.digest)" }),
                    .integer(snapshot.bytes), .integer(snapshot.isUsable ? 1 : 0), .words(snapshot.fault),
                ])
        }
    }

    private func addSegments(of folder: NodeFolder) throws {
        try console.execute(
            """
            CREATE TEMP TABLE segments (
                file TEXT, id INTEGER, start_zxid TEXT, last_zxid TEXT, rows INTEGER, bytes INTEGER,
                state TEXT, fault TEXT)
            """)
        for segment in try folder.segmentReadings() {
            let start = segment.start?.zxid ?? segment.file.namedStart
            let rows = try segment.completion?.rows ?? folder.countRows(of: segment.file)
            try console.insert(
                into: "segments",
                [
                    .words(segment.file.name), start.map { .integer($0.rawValue) } ?? .null,
                    .words(start.map { "\($0)" }), .words(segment.end.map { "\($0.zxid)" }),
                    rows.map { .integer($0) } ?? .null, .integer(segment.bytes),
                    .words(segment.isNewest ? "newest" : "complete"),
                    .words((segment.fault ?? segment.completionFault)?.finding),
                ])
        }
    }

    private func addZnodes(_ folder: NodeFolder, _ moment: Moment?, _ progress: Progress) throws {
        let rebuilt = try folder.tree(at: moment, progress: progress)
        try console.execute("BEGIN")
        try rebuilt.tree.forEach(from: .root) { id, _ in
            let znode = rebuilt.tree.view(of: id)
            let seen = znode.seen
            try console.insert(
                into: "znodes",
                [
                    .text(znode.path.bytes),
                    znode.path.isRoot ? .null : .words("\(znode.path.parent ?? .root)"),
                    .words(znode.ownership.text), .words(znode.ownership.session.map { "\($0)" }),
                    znode.data.map { .integer(Int64($0.count)) } ?? .null,
                    znode.data.map { .bytes($0) } ?? .null, .integer(Int64(seen.version)),
                    .integer(Int64(seen.cversion)), .integer(Int64(seen.aversion)), .words("\(seen.czxid)"),
                    .words("\(seen.mzxid)"), .words("\(seen.pzxid)"), .words(TimeText.iso(seen.ctime)),
                    .words(TimeText.iso(seen.mtime)), .integer(Int64(znode.childCount)),
                    .words(znode.acl.text),
                ])
            return true
        }
        try console.execute("COMMIT")
        try console.execute("CREATE INDEX temp.znodes_by_path ON znodes (path)")
    }

    // MARK: Functions

    /// Functions of a transaction's body, and one of a zxid, each with what it gives.
    package static let functionHelp: [(name: String, what: String)] = [
        ("txn_type(body)", "the operation's name, such as setData"),
        ("txn_json(body)", "all that the transaction says, as JSON"),
        ("txn_path(body)", "the znode, where it is about exactly one"),
        ("txn_data(body)", "the data that it brings"),
        ("txn_digest(body)", "the tree's digest after it, as its leader had it"),
        ("txn_error(body)", "the error's code, where it was refused"),
        ("txn_operations(body)", "how many operations: more than one in a multi"),
        ("hex_zxid(number)", "0x1000000ab, of a zxid as a number"),
    ]

    private static let functions: [SQLFunction] = [
        ofTransaction("txn_type") { .words(OperationName.text($0.typeNumber)) },
        ofTransaction("txn_json") {
            .words("\(JSONValue.array($0.steps.map { $0.json(.text) }))")
        },
        ofTransaction("txn_path") { $0.change.path.map { .text($0.bytes) } ?? .null },
        ofTransaction("txn_data") { transaction in
            guard let data = transaction.steps.compactMap(\.data).first, let data else { return .null }
            return .bytes(data)
        },
        ofTransaction("txn_digest") { .words($0.digest.map { "\($0)" }) },
        ofTransaction("txn_error") { transaction in
            for case .error(let code) in transaction.steps { return .integer(Int64(code)) }
            return .null
        },
        ofTransaction("txn_operations") { .integer(Int64($0.steps.count)) },
        SQLFunction("hex_zxid") { bytes in
            guard let number = Int64(String(decoding: bytes, as: UTF8.self)) else { return .null }
            return .words("\(Zxid(rawValue: number))")
        },
    ]

    /// NULL for what is no transaction.
    private static func ofTransaction(
        _ name: String, _ answer: @escaping @Sendable (Transaction) -> SQLValue
    ) -> SQLFunction {
        SQLFunction(name) { bytes in
            let decoded = Result { () throws(DecodingError) in try Transaction(decoding: bytes.span.bytes) }
            guard case .success(let transaction) = decoded else { return .null }
            return answer(transaction)
        }
    }
}

extension SQLValue {
    fileprivate static func words(_ text: String?) -> SQLValue { text.map { .text(Array($0.utf8)) } ?? .null }

    /// Text where it is text, so that people and LIKE can read it.
    fileprivate static func bytes(_ bytes: [UInt8]) -> SQLValue {
        String(validating: bytes, as: UTF8.self) == nil ? .blob(bytes) : .text(bytes)
    }
}
