import CSQLite
import Glibc
import SeededRandom
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import FolderReading
@testable import Inspection

/// SQL over all files of a log, as one table.
@Suite struct `A query over segments` {
    let place = TemporaryFolder("inspection")
    let story = Story.atRandom(seed: 5, count: 90)

    private func rows(_ sql: String, over folder: String) throws -> [[SQLValue]] {
        var rows: [[SQLValue]] = []
        let query = try FolderQuery.prepare(over: NodeFolder(folder), asking: sql)
        try query.run(sql, columns: { _ in }, row: { rows.append($0) })
        return rows
    }

    /// A condition on the zxid by chance, with values that lie on the borders of files as well.
    private func condition(_ random: inout SeededGenerator) -> String {
        let column = ["zxid", "rowid", "zxid + 0"].randomElement(using: &random) ?? "zxid"
        let known = story.rows.randomElement(using: &random)?.zxid.rawValue ?? 0
        let value = [
            "\(known)", "\(known - 1)", "\(known).5", "'\(known)'", "NULL", "0", "-1", "9223372036854775807",
            "-9223372036854775808", "1e300", "x'00'",
        ].randomElement(using: &random)
        let operation = ["=", "<", "<=", ">", ">=", "IS", "<>"].randomElement(using: &random)
        return "\(column) \(operation ?? "=") \(value ?? "0")"
    }

    @Test func `answers as it does over one file`() throws {
        let one = try story.write(to: place.path + "/one")
        let many = try story.write(to: place.path + "/many", inSegmentsOf: 7)
        var random = SeededGenerator(seed: 9)
        for _ in 0..<400 {
            let both =
                "\(condition(&random)) \(Bool.random(using: &random) ? "AND" : "OR") \(condition(&random))"
            let order = [
                "", "ORDER BY zxid", "ORDER BY zxid DESC", "ORDER BY rowid DESC", "ORDER BY cxid, zxid",
            ]
            .randomElement(using: &random)
            let limit = Bool.random(using: &random) ? "LIMIT 5 OFFSET 2" : ""
            let sql = "SELECT * FROM log WHERE \(both) \(order ?? "") \(limit)"
            #expect(try rows(sql, over: many) == rows(sql, over: one), "\(sql)")
        }
        for sql in [
            "SELECT count(*), sum(length(body)), min(zxid), max(zxid) FROM log",
            "SELECT a.zxid, b.zxid FROM log a JOIN log b ON b.zxid = a.zxid + 1 ORDER BY a.zxid DESC",
            "SELECT zxid FROM log WHERE zxid IN (0x100000003, 0x100000011, 7) ORDER BY zxid DESC",
            "SELECT (SELECT count(*) FROM log b WHERE b.zxid <= a.zxid) FROM log a ORDER BY zxid",
            "SELECT path, count(*) FROM txns GROUP BY path ORDER BY 2 DESC, 1",
        ] {
            #expect(try rows(sql, over: many) == rows(sql, over: one), "\(sql)")
        }
    }

    /// The table as SQLite itself keeps it is what all of that is measured by.
    @Test func `answers as SQLite does over the table itself`() throws {
        let folder = try story.write(to: place.path + "/one")
        var random = SeededGenerator(seed: 10)
        for _ in 0..<200 {
            let sql = "SELECT zxid FROM log WHERE \(condition(&random)) ORDER BY zxid DESC LIMIT 9"
            var database: OpaquePointer?
            defer { sqlite3_close_v2(database) }
            try #require(sqlite3_open(TemporaryFolder.log(in: folder), &database) == SQLITE_OK)
            var statement: OpaquePointer?
            defer { sqlite3_finalize(statement) }
            try #require(sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK)
            var expected: [[SQLValue]] = []
            while sqlite3_step(statement) == SQLITE_ROW {
                expected.append([.integer(sqlite3_column_int64(statement, 0))])
            }
            #expect(try rows(sql, over: folder) == expected, "\(sql)")
        }
    }

    @Test func `reads no file that it need not, and names the one that it cannot read`() throws {
        let folder = try story.write(to: place.path + "/many", inSegmentsOf: 7)
        let files = TemporaryFolder.logs(in: folder)
        TemporaryFolder.write([1, 2, 3], to: files[1])
        let end = story.rows[6].zxid.rawValue
        let later = story.rows[14].zxid.rawValue
        #expect(try rows("SELECT zxid FROM txns LIMIT 7", over: folder).count == 7)
        #expect(try rows("SELECT zxid FROM txns WHERE id <= \(end)", over: folder).count == 7)
        #expect(try rows("SELECT zxid FROM txns WHERE id >= \(later)", over: folder).count > 70)
        #expect(try rows("SELECT zxid FROM txns ORDER BY id DESC LIMIT 70", over: folder).count == 70)
        for sql in ["SELECT zxid FROM txns LIMIT 8", "SELECT count(*) FROM txns", "SELECT * FROM epochs"] {
            let failure = try #require(Admin.failure(["sql", folder, sql]), "\(sql)")
            #expect(failure.message.contains(files[1] + ": file is not a database"), "\(failure.message)")
        }
    }
}
