import TestSupport
import Testing
import Vocabulary

@testable import Storage

@Suite struct `The schema of a log` {
    @Test(arguments: [
        "UPDATE migrations SET checksum = checksum + 1",
        "INSERT INTO migrations VALUES ('v0003-of-tomorrow', 1)",
        "UPDATE migrations SET name = 'v0000-renamed' WHERE name = 'v0001-log'",
    ])
    func `refuses a history that is not this version's`(edit: String) throws {
        let folder = Folder()
        try folder.open().close()
        RawLog.change(folder, edit)
        #expect(throws: StorageError(.schema)) { _ = try folder.open() }
    }

    @Test func `refuses a database of another program`() throws {
        let folder = Folder()
        RawLog.change(folder, "CREATE TABLE theirs (x)")
        #expect(throws: StorageError(.schema)) { _ = try folder.open() }
    }

    @Test func `refuses a file that is no database`() throws {
        let folder = Folder()
        TemporaryFolder.write(Array(repeating: 7, count: 10_000), to: folder.log)
        #expect(throws: StorageError(.corrupt)) { _ = try folder.open() }
    }

    @Test func `shows transactions in words`() throws {
        let folder = Folder()
        var store = try folder.open()
        try store.append(Sample.rows(after: .zero, count: 5))
        try store.close()
        let lines = RawLog.query(folder, "SELECT zxid, time, type, path FROM txns WHERE id = 1")
        #expect(lines == ["0x1|2023-11-14T22:13:20.001Z|create|/app/service/node-1"])
        #expect(RawLog.query(folder, "SELECT epoch, transactions, last_zxid FROM epochs") == ["0|5|0x5"])
        #expect(RawLog.query(folder, "SELECT count(*) FROM sessions") == ["5"])
    }
}

@Suite struct `The hash of rows` {
    @Test(
        arguments: [
            ("", 0xEF46_DB37_51D8_E999), ("a", 0xD24E_C4F1_A98C_6E5B), ("abc", 0x44BC_2CF5_AD77_0999),
            ("Nobody inspects the spammish repetition", 0xFBCE_A83C_8A37_8BF1),
        ] as [(String, UInt64)])
    func `is XXH64, as others compute it`(text: String, expected: UInt64) {
        #expect(Array(text.utf8).withUnsafeBytes { XXHash64.hash($0, seed: 0) } == expected)
    }
}
