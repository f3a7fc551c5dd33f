import Glibc
import TestSupport
import Vocabulary

@testable import Storage

/// Folders whose log is more than one file.
extension Story {
    /// A folder as a node leaves it that ended cleanly, its log in segments of so many rows.
    @discardableResult
    func write(
        to path: String, inSegmentsOf count: Int, start: RowChain = .empty, accepted: Int32? = nil
    ) throws -> String {
        try write(to: path, start: start, accepted: accepted)
        unlink(TemporaryFolder.log(in: path))
        let rows = rows.filter { $0.zxid > start.zxid }
        var chain = start
        for first in stride(from: 0, to: rows.count, by: count) {
            let end = min(first + count, rows.count)
            chain = try Story.writeSegment(
                Array(rows[first..<end]), after: chain, to: path, isComplete: end < rows.count,
                epoch: accepted.map { Epoch(rawValue: $0) })
        }
        return path
    }

    /// A segment as a node leaves it.
    ///
    /// - Parameter isClosed: Whether all of it is in its file; else it is in the WAL.
    /// - Returns: What it ends with.
    @discardableResult
    static func writeSegment(
        _ rows: [LogRow], after start: RowChain, to folder: String, isComplete: Bool, isClosed: Bool = true,
        epoch: Epoch? = nil
    ) throws -> RowChain {
        let database = try Database(path: DataDirectory(visiting: folder).segment(start.zxid))
        try LogStore.configure(database, synchronous: "OFF")
        try Migrator.log.migrate(database)
        let end = try fill(database, with: rows, after: start, epoch: epoch)
        if isComplete {
            try Completion(end: end, rows: Int64(rows.count)).write(to: database, after: start)
        }
        if isClosed { try database.close() }
        return end
    }

    /// The log of this story as a former version kept it: all of it in `log.db`, with its first schema.
    ///
    /// - Parameter folder: One that was written before.
    func writeFormerLog(to folder: String, start: RowChain = .empty, isClosed: Bool = true) throws {
        unlink(TemporaryFolder.log(in: folder))
        let database = try Database(path: DataDirectory(visiting: folder).formerLog)
        try LogStore.configure(database, synchronous: "OFF")
        let schema = Migrator.log.migrations[0]
        let checksum = Int64(bitPattern: schema.sql.withUnsafeBytes { XXHash64.hash($0, seed: 0) })
        try database.execute(String(decoding: schema.sql, as: UTF8.self))
        try database.execute("INSERT INTO migrations VALUES ('\(schema.name)', \(checksum))")
        _ = try Story.fill(database, with: rows.filter { $0.zxid > start.zxid }, after: start, epoch: nil)
        if isClosed { try database.close() }
    }

    private static func fill(
        _ database: borrowing Database, with rows: [LogRow], after start: RowChain, epoch: Epoch?
    ) throws -> RowChain {
        let statements = try LogStatements(database)
        var numbers = NodeNumbers()
        numbers.start = start
        numbers.acceptedEpoch = epoch ?? rows.last?.zxid.epoch ?? .zero
        numbers.currentEpoch = numbers.acceptedEpoch
        try statements.begin.run()
        let end = try statements.insert(rows, after: start)
        try numbers.write(with: statements.setNumber)
        try statements.commit.run()
        return end
    }
}

extension TemporaryFolder {
    /// The files of the log in a folder, oldest first.
    static func logs(in folder: String) -> [String] {
        names(in: folder).filter { $0.hasPrefix("log-") && $0.hasSuffix(".db") }.sorted().map {
            folder + "/" + $0
        }
    }

    /// Runs `sql` on every file of a log.
    static func changeLog(in folder: String, _ sql: String) {
        for file in logs(in: folder) { change(file, sql) }
    }
}
