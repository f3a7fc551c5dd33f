import ApacheFiles
import NIOCore
import TestSupport
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `A log of Apache's` {
    private func records(_ bytes: [UInt8]) throws -> (records: [ByteBuffer], isTorn: Bool) {
        let folder = GoldenFiles.folder([("log.1", bytes)])
        let file = try #require(try ApacheFolder(dataDir: folder.path).logs.first)
        var reader = try LogFileReader(file)
        var records: [ByteBuffer] = []
        while let record = try reader.read() { records.append(record) }
        return (records, reader.isTorn)
    }

    private func encoded(_ records: [ByteBuffer]) -> [UInt8] {
        var bytes = ByteBuffer()
        LogFileEncoder.writeHeader(to: &bytes)
        for record in records { LogFileEncoder.write(record, to: &bytes) }
        return Array(buffer: bytes)
    }

    @Test func `is read up to the room behind its last record`() throws {
        let (records, isTorn) = try records(GoldenFiles.log)
        #expect(records.count > 50)
        #expect(!isTorn)
        for (index, record) in records.enumerated() {
            #expect(try Transaction(decoding: record.readableBytesSpan).zxid.rawValue == Int64(index) + 1)
        }
    }

    @Test func `is written in the same bytes`() throws {
        let bytes = GoldenFiles.log
        let written = encoded(try records(bytes).records)
        #expect(written == Array(bytes[..<written.count]))
        #expect(bytes[written.count...].allSatisfy { $0 == 0 })
    }

    @Test func `ends before a record that is not whole`() throws {
        let all = try records(GoldenFiles.log).records
        let whole = encoded(all)
        let last = encoded(all.dropLast()).count
        for end in stride(from: last, to: whole.count, by: 5) {
            for room in [0, 5000] {
                let (read, isTorn) = try records(whole[..<end] + Array(repeating: 0, count: room))
                #expect(read.count == all.count - 1)
                // The first bytes of a checksum are zeros.
                #expect(isTorn || end <= last + 4)
            }
        }
    }

    @Test func `is refused with a changed byte before its end`() throws {
        let bytes = GoldenFiles.log
        let whole = encoded(try records(bytes).records).count
        for place in stride(from: 0, to: whole - 200, by: 29) where !(8..<16).contains(place) {
            var damaged = bytes
            damaged[place] ^= 0x20
            #expect(throws: ApacheFileError.self, "byte \(place)") { _ = try records(damaged) }
        }
    }

    @Test func `is refused without its header`() throws {
        for end in 0..<16 {
            #expect(throws: ApacheFileError.self) { try records(Array(GoldenFiles.log[..<end])) }
        }
        #expect(throws: ApacheFileError.self) { try records(GoldenFiles.snapshot) }
    }
}

@Suite struct `A folder of Apache's` {
    @Test func `has its snapshots newest first and its logs in order`() throws {
        let names = ["snapshot.34", "snapshot.100.gz", "snapshot.9", "snapshot.x", "snapshot.35.tmp"]
        let folder = GoldenFiles.folder(
            (names + ["log.1", "log.100", "log.35"]).map { ($0, []) } + [("acceptedEpoch", Array("3".utf8))])
        let found = try ApacheFolder(dataDir: folder.path)
        #expect(found.snapshots.map(\.zxid.rawValue) == [0x100, 0x34, 0x9])
        #expect(found.logs.map(\.zxid.rawValue) == [1, 0x35, 0x100])
        #expect(found.logs(after: Zxid(rawValue: 0x34)).map(\.zxid.rawValue) == [0x35, 0x100])
        #expect(found.logs(after: Zxid(rawValue: 0x33)).map(\.zxid.rawValue) == [1, 0x35, 0x100])
        #expect(found.acceptedEpoch == 3)
        #expect(found.currentEpoch == nil)
    }

    @Test func `is refused with an epoch that is no number`() throws {
        let folder = GoldenFiles.folder([("currentEpoch", Array("x".utf8))])
        #expect(throws: ApacheFileError.self) { try ApacheFolder(dataDir: folder.path) }
        #expect(throws: ApacheFileError.self) { try ApacheFolder(dataDir: folder.path + "/version-2") }
    }
}
