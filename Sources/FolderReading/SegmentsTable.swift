import CSQLite
import Storage
import Vocabulary

/// A table of SQLite's that lies in no database: its rows are those of a log over all of its files.
///
/// The columns are those of the table `log` of each file, and the rows come in the order of zxids. They are
/// looked for by zxid, in both directions; everything else SQLite sorts out itself. No row is read ahead.
enum SegmentsTable {
    /// Makes the table for all queries of a connection.
    static func register(_ name: String, over segments: Segments, on handle: OpaquePointer) {
        let owner = Unmanaged.passRetained(SegmentsModule(segments))
        // An error means that SQLite has let go of the owner already: queries will not find the table.
        _ = sqlite3_create_module_v2(
            handle, name, owner.takeUnretainedValue().functions, owner.toOpaque(),
            { owner in owner.map { Unmanaged<SegmentsModule>.fromOpaque($0).release() } })
    }

    static let columns = """
        CREATE TABLE log (
            zxid INTEGER, time_ms INTEGER, session INTEGER, cxid INTEGER, type INTEGER, path TEXT, body BLOB,
            checksum INTEGER)
        """
}

/// SQLite's idea of the table: its functions, which live as long as the connection knows them.
private final class SegmentsModule {
    let segments: Segments
    let functions: UnsafeMutablePointer<sqlite3_module>

    init(_ segments: Segments) {
        self.segments = segments
        functions = .allocate(capacity: 1)
        var module = sqlite3_module()
        module.xConnect = { handle, owner, _, _, table, _ in SegmentsModule.connect(handle, owner, table) }
        module.xDisconnect = { table in
            table?.withMemoryRebound(to: aviary_table.self, capacity: 1) { $0.deallocate() }
            return SQLITE_OK
        }
        module.xBestIndex = { _, question in
            question.map { SegmentsPlan.choose(&$0.pointee) }
            return SQLITE_OK
        }
        module.xOpen = { table, cursor in SegmentsModule.open(table, cursor) }
        module.xClose = { cursor in
            SegmentsCursor.of(cursor)?.takeRetainedValue().end()
            cursor?.withMemoryRebound(to: aviary_cursor.self, capacity: 1) { $0.deallocate() }
            return SQLITE_OK
        }
        module.xFilter = { cursor, plan, _, count, values in
            SegmentsModule.attempt(cursor) { cursor throws(StorageError) in
                try cursor.begin(SegmentsPlan(bits: plan), (0..<Int(count)).map { values?[$0] })
            }
        }
        module.xNext = { cursor in
            SegmentsModule.attempt(cursor) { cursor throws(StorageError) in try cursor.next() }
        }
        module.xEof = { SegmentsCursor.of($0)?.takeUnretainedValue().isAtEnd == false ? 0 : 1 }
        module.xColumn = { cursor, context, column in
            if let context { SegmentsCursor.of(cursor)?.takeUnretainedValue().pass(column, to: context) }
            return SQLITE_OK
        }
        module.xRowid = { cursor, zxid in
            zxid?.pointee = SegmentsCursor.of(cursor)?.takeUnretainedValue().zxid ?? 0
            return SQLITE_OK
        }
        functions.initialize(to: module)
    }

    deinit { functions.deallocate() }

    private static func connect(
        _ handle: OpaquePointer?, _ owner: UnsafeMutableRawPointer?,
        _ table: UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab>?>?
    ) -> Int32 {
        let code = sqlite3_declare_vtab(handle, SegmentsTable.columns)
        guard code == SQLITE_OK else { return code }
        let made = UnsafeMutablePointer<aviary_table>.allocate(capacity: 1)
        made.initialize(to: aviary_table(base: sqlite3_vtab(), owner: owner))
        table?.pointee = UnsafeMutableRawPointer(made).assumingMemoryBound(to: sqlite3_vtab.self)
        return SQLITE_OK
    }

    private static func open(
        _ table: UnsafeMutablePointer<sqlite3_vtab>?,
        _ cursor: UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab_cursor>?>?
    ) -> Int32 {
        guard let owner = owner(of: table) else { return SQLITE_INTERNAL }
        let opened = Unmanaged.passRetained(SegmentsCursor(owner.segments))
        let made = UnsafeMutablePointer<aviary_cursor>.allocate(capacity: 1)
        made.initialize(to: aviary_cursor(base: sqlite3_vtab_cursor(), owner: opened.toOpaque()))
        cursor?.pointee = UnsafeMutableRawPointer(made).assumingMemoryBound(to: sqlite3_vtab_cursor.self)
        return SQLITE_OK
    }

    private static func owner(of table: UnsafeMutablePointer<sqlite3_vtab>?) -> SegmentsModule? {
        guard let table else { return nil }
        let owner = UnsafeMutableRawPointer(table).assumingMemoryBound(to: aviary_table.self).pointee.owner
        return owner.map { Unmanaged<SegmentsModule>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Turns what is thrown into SQLite's code and words, and keeps it for whoever asked.
    private static func attempt(
        _ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?,
        _ body: (SegmentsCursor) throws(StorageError) -> Void
    ) -> Int32 {
        guard let cursor, let owner = SegmentsCursor.of(cursor)?.takeUnretainedValue() else {
            return SQLITE_INTERNAL
        }
        do throws(StorageError) {
            try body(owner)
            return SQLITE_OK
        } catch {
            owner.segments.fault = error
            if let table = cursor.pointee.pVtab {
                sqlite3_free(table.pointee.zErrMsg)
                table.pointee.zErrMsg = words(error.message)
            }
            return error.sqlite != 0 ? error.sqlite : SQLITE_CORRUPT
        }
    }

    /// A text in SQLite's own memory.
    private static func words(_ text: String) -> UnsafeMutablePointer<CChar>? {
        let bytes = text.utf8CString
        let copy = sqlite3_malloc64(UInt64(bytes.count))?.assumingMemoryBound(to: CChar.self)
        bytes.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            copy?.update(from: start, count: bytes.count)
        }
        return copy
    }
}

/// One pass over the table.
private final class SegmentsCursor {
    let segments: Segments
    private var scan: LogScan?
    private(set) var isAtEnd = true

    init(_ segments: Segments) {
        self.segments = segments
    }

    static func of(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> Unmanaged<SegmentsCursor>? {
        guard let cursor else { return nil }
        let owner = UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: aviary_cursor.self).pointee.owner
        return owner.map { Unmanaged<SegmentsCursor>.fromOpaque($0) }
    }

    func begin(_ plan: SegmentsPlan, _ values: [OpaquePointer?]) throws(StorageError) {
        end()
        try segments.refresh()
        scan = LogScan(segments, plan.order(values))
        try next()
    }

    func next() throws(StorageError) {
        isAtEnd = true
        isAtEnd = try scan?.next() != true
        if isAtEnd { end() }
    }

    var zxid: Int64 { scan?.zxid.rawValue ?? 0 }

    func pass(_ column: Int32, to context: OpaquePointer) { scan?.pass(column, to: context) }

    func end() {
        scan?.end()
        scan = nil
        isAtEnd = true
    }
}

/// A query's needs of the table, in the one number that SQLite carries from the plan to the pass.
private struct SegmentsPlan {
    var bits: Int32

    /// Bounds of the zxid, in the order in which their values come, and the bit of each.
    private static let bounds: [(operation: UInt8, bit: Int32)] = [
        (UInt8(SQLITE_INDEX_CONSTRAINT_EQ), 1), (UInt8(SQLITE_INDEX_CONSTRAINT_GT), 2),
        (UInt8(SQLITE_INDEX_CONSTRAINT_GE), 4), (UInt8(SQLITE_INDEX_CONSTRAINT_LT), 8),
        (UInt8(SQLITE_INDEX_CONSTRAINT_LE), 16),
    ]
    private static let descending: Int32 = 32
    private static let firstColumn: Int32 = 6

    /// Answers SQLite's question what there is an index for: bounds of the zxid, and its order.
    static func choose(_ question: inout sqlite3_index_info) {
        var plan = SegmentsPlan(bits: 0)
        var arguments: Int32 = 0
        for (operation, bit) in bounds {
            for index in 0..<Int(question.nConstraint) {
                guard let constraint = question.aConstraint?[index], constraint.usable != 0,
                    constraint.op == operation, constraint.iColumn <= 0, plan.bits & bit == 0
                else { continue }
                plan.bits |= bit
                arguments += 1
                question.aConstraintUsage?[index].argvIndex = arguments
            }
        }
        if question.nOrderBy == 1, let order = question.aOrderBy?[0], order.iColumn <= 0 {
            if order.desc != 0 { plan.bits |= descending }
            question.orderByConsumed = 1
        }
        plan.bits |= Int32(truncatingIfNeeded: question.colUsed & 0xff) << firstColumn
        question.idxNum = plan.bits
        plan.estimate(&question)
    }

    private func estimate(_ question: inout sqlite3_index_info) {
        let isBoundBelow = bits & 6 != 0
        let isBoundAbove = bits & 24 != 0
        if bits & 1 != 0 {
            question.estimatedCost = 20
            question.estimatedRows = 1
            question.idxFlags = SQLITE_INDEX_SCAN_UNIQUE
        } else {
            let share = (isBoundBelow ? 4.0 : 1) * (isBoundAbove ? 4.0 : 1)
            question.estimatedCost = 1_000_000 / share
            question.estimatedRows = Int64(1_000_000 / share)
        }
    }

    /// - Parameter values: Of the bounds. SQLite checks every row against them once more: so those that are
    ///   no whole numbers may be left to it.
    func order(_ values: [OpaquePointer?]) -> LogScan.Order {
        var order = LogScan.Order()
        var rest = values[...]
        for (_, bit) in SegmentsPlan.bounds where bits & bit != 0 {
            guard let value = rest.popFirst() ?? nil, sqlite3_value_type(value) == SQLITE_INTEGER else {
                continue
            }
            let number = sqlite3_value_int64(value)
            switch bit {
            case 1:
                order.from = max(order.from, Zxid(rawValue: number))
                order.through = min(order.through, Zxid(rawValue: number))
            case 2, 4: order.from = max(order.from, Zxid(rawValue: number))
            default: order.through = min(order.through, Zxid(rawValue: number))
            }
        }
        order.isDescending = bits & SegmentsPlan.descending != 0
        order.columns = UInt64(UInt32(bitPattern: bits >> SegmentsPlan.firstColumn))
        return order
    }
}
