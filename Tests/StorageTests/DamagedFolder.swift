import NIOCore
import SeededRandom
import TestSupport
import Vocabulary

@testable import Storage

/// What can happen to a node's folder behind its back.
enum Damage: String, CaseIterable {
    case bitInRow = "a bit flipped in a row"
    case bitInDatabase = "a bit flipped anywhere in log.db"
    case bitInFrame = "a bit flipped in the WAL"
    case bitsInPage = "a page of log.db overwritten"
    case rowDeleted = "a row deleted"
    case rowsDeleted = "a run of rows deleted"
    case endDeleted = "the last rows deleted"
    case columnChanged = "a column changed by SQL"
    case bodiesExchanged = "two bodies exchanged"
    case epochDeleted = "an epoch deleted"
    case walCut = "the WAL cut short"
    case walLost = "the WAL lost"
    case olderCopy = "log.db replaced by an older copy"
    case otherLog = "log.db replaced by another log of this length"
    case logLost = "log.db lost"
    case oneMarkCopy = "one copy of the mark damaged"
    case bothMarkCopies = "both copies of the mark damaged"
    case markLost = "the mark lost"

    /// Whether the store must refuse although no row is touched.
    var mustRefuse: Bool {
        switch self {
        case .bothMarkCopies, .markLost, .epochDeleted, .logLost: true
        default: false
        }
    }
}

/// A log in its states, each as files to copy from.
struct PristineFolders {
    /// Closed cleanly: everything in `log.db`.
    let closed = Folder()
    /// Left by a killed process: part of the rows in the WAL only, stale frames behind them.
    let killed: Folder
    /// The folder at an earlier time, closed.
    let older: Folder
    /// Another history with the same zxids, closed.
    let other = Folder()
    let rows: [LogRow]

    init(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var log: [LogRow] = []
        var store = try closed.open()
        try store.setAcceptedEpoch(Epoch(rawValue: 2))
        try store.setCurrentEpoch(Epoch(rawValue: 2))
        try PristineFolders.append(12, to: &store, &log, &random)
        older = try closed.copy()
        try PristineFolders.append(8, to: &store, &log, &random)
        try store.checkpoint()
        try PristineFolders.append(2, to: &store, &log, &random)
        let next = [Sample.row(Zxid(epoch: Epoch(rawValue: 2), counter: 1))]
        try store.append(next)
        log += next
        try PristineFolders.append(10, to: &store, &log, &random)
        killed = try closed.copy()
        try store.close()
        rows = log
        try PristineFolders.writeOther(rows, to: other)
        RawLog.change(older, "PRAGMA wal_checkpoint(TRUNCATE)")
    }

    private static func append(
        _ batches: Int, to store: inout LogStore, _ log: inout [LogRow], _ random: inout SeededGenerator
    ) throws {
        for _ in 0..<batches {
            let after = log.last?.zxid ?? Zxid(epoch: Epoch(rawValue: 1), counter: 0)
            let bodyBytes = Int.random(in: 0..<4, using: &random) == 0 ? 5000 : 100
            let batch = Sample.rows(
                after: after, count: Int.random(in: 1...9, using: &random), bodyBytes: bodyBytes)
            try store.append(batch)
            log += batch
        }
    }

    /// The same rows but for one early body, written as any log is.
    private static func writeOther(_ rows: [LogRow], to folder: Folder) throws {
        var others = rows
        others[3].body.writeInteger(UInt8(1))
        var store = try folder.open()
        try store.setAcceptedEpoch(Epoch(rawValue: 2))
        try store.setCurrentEpoch(Epoch(rawValue: 2))
        try store.append(others)
        try store.close()
    }
}

/// A copy of a pristine folder with one damage done to it.
struct DamagedFolder {
    let folder: Folder
    /// What it was copied from.
    let pristine: Folder
    /// Where exactly, for whoever has to look at a failure.
    private(set) var place = ""

    init(_ damage: Damage, of folders: PristineFolders, random: inout SeededGenerator) throws {
        let needsWAL = damage == .bitInFrame || damage == .walCut || damage == .walLost
        let fromKilled = needsWAL || Bool.random(using: &random) && damage == .oneMarkCopy
        pristine = fromKilled ? folders.killed : folders.closed
        folder = try pristine.copy()
        switch damage {
        case .bitInRow: flipInRow(folders.rows, &random)
        case .bitInDatabase: flip(folder.log, &random)
        case .bitInFrame: flip(folder.wal, &random)
        case .bitsInPage: overwritePage(&random)
        case .walCut: cutWAL(&random)
        case .walLost: TemporaryFolder.write([], to: folder.wal)
        case .olderCopy: replaceLog(by: folders.older)
        case .otherLog: replaceLog(by: folders.other)
        case .logLost: TemporaryFolder.write([], to: folder.log)
        case .oneMarkCopy:
            flip(folder.mark, within: Bool.random(using: &random) ? 0..<64 : 4096..<4160, &random)
        case .bothMarkCopies:
            flip(folder.mark, within: 0..<64, &random)
            flip(folder.mark, within: 4096..<4160, &random)
        case .markLost: Folder.remove(file: folder.mark)
        default: changeBySQL(damage, folders.rows, &random)
        }
    }

    private mutating func flip(
        _ file: String, within range: Range<Int>? = nil, _ random: inout SeededGenerator
    ) {
        var bytes = TemporaryFolder.read(file) ?? []
        let offset = Int.random(in: range ?? 0..<bytes.count, using: &random)
        let bit = Int.random(in: 0..<8, using: &random)
        bytes[offset] ^= 1 << UInt8(bit)
        place += " bit \(bit) of byte \(offset) of \(file)"
        TemporaryFolder.write(bytes, to: file)
    }

    private mutating func flipInRow(_ rows: [LogRow], _ random: inout SeededGenerator) {
        let bytes = TemporaryFolder.read(folder.log) ?? []
        let body = Array(
            rows[Int.random(in: 0..<rows.count, using: &random)].body.readableBytesView.prefix(64))
        guard let start = bytes.firstRange(of: body)?.lowerBound else { fatalError("the row is in the file") }
        // The columns stand right before the body.
        flip(folder.log, within: start - 30..<start + 64, &random)
    }

    private mutating func overwritePage(_ random: inout SeededGenerator) {
        var bytes = TemporaryFolder.read(folder.log) ?? []
        let page = Int.random(in: 0..<bytes.count / 4096, using: &random)
        let source = Int.random(in: 0..<bytes.count / 4096, using: &random)
        bytes.replaceSubrange(
            page * 4096..<page * 4096 + 4096, with: bytes[source * 4096..<source * 4096 + 4096])
        place = "page \(page) overwritten by page \(source), counted from 0"
        TemporaryFolder.write(bytes, to: folder.log)
    }

    private mutating func cutWAL(_ random: inout SeededGenerator) {
        let bytes = TemporaryFolder.read(folder.wal) ?? []
        let length = Int.random(in: 0..<bytes.count, using: &random)
        place = "\(length) of \(bytes.count) bytes left"
        TemporaryFolder.write(Array(bytes[..<length]), to: folder.wal)
    }

    private func replaceLog(by other: Folder) {
        TemporaryFolder.write(TemporaryFolder.read(other.log) ?? [], to: folder.log)
        TemporaryFolder.write(TemporaryFolder.read(other.wal) ?? [], to: folder.wal)
    }

    private mutating func changeBySQL(_ damage: Damage, _ rows: [LogRow], _ random: inout SeededGenerator) {
        let index = Int.random(in: 0..<rows.count, using: &random)
        let zxid = rows[index].zxid.rawValue
        let until = rows[min(rows.count - 1, index + Int.random(in: 1..<20, using: &random))].zxid.rawValue
        switch damage {
        case .rowDeleted: place = "DELETE FROM log WHERE zxid = \(zxid)"
        case .rowsDeleted: place = "DELETE FROM log WHERE zxid BETWEEN \(zxid) AND \(until)"
        case .endDeleted: place = "DELETE FROM log WHERE zxid >= \(zxid)"
        case .epochDeleted: place = "DELETE FROM node WHERE name = 'accepted_epoch'"
        case .columnChanged:
            let changes = [
                "time_ms = time_ms + 1", "session = session + 1", "cxid = cxid + 1", "type = 2",
                "path = '/other'", "body = CAST(body || x'00' AS BLOB)", "checksum = checksum + 1",
                "zxid = zxid + 1000000",
            ]
            let change = changes[Int.random(in: 0..<changes.count, using: &random)]
            place = "UPDATE log SET \(change) WHERE zxid = \(zxid)"
        default:
            // Bodies of neighbors, so that even their lengths may agree.
            let other = rows[index == 0 ? 1 : index - 1].zxid.rawValue
            place =
                "UPDATE log SET body = (SELECT b.body FROM log b "
                + "WHERE b.zxid = \(zxid) + \(other) - log.zxid) WHERE zxid IN (\(zxid), \(other))"
        }
        RawLog.change(folder, place)
    }
}
