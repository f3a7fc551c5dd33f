import NIOCore
import SeededRandom
import TestSupport
import Vocabulary

@testable import Storage

/// What can happen to a node's folder behind its back.
enum Damage: String, CaseIterable {
    case bitInRow = "a bit flipped in a row"
    case bitInDatabase = "a bit flipped anywhere in a segment"
    case bitInFrame = "a bit flipped in the WAL"
    case bitsInPage = "a page of a segment overwritten"
    case rowDeleted = "a row deleted"
    case rowsDeleted = "a run of rows deleted"
    case endDeleted = "the last rows deleted"
    case columnChanged = "a column changed by SQL"
    case bodiesExchanged = "two bodies exchanged"
    case epochDeleted = "an epoch deleted"
    case walCut = "the WAL cut short"
    case walLost = "the WAL lost"
    case olderCopy = "the segments replaced by older ones"
    case otherLog = "the segments replaced by another log of this length"
    case logLost = "all segments lost"
    case segmentLost = "a segment lost"
    case segmentForeign = "a segment replaced by another log's"
    case segmentRenamed = "a segment with another name"
    case segmentTwice = "a segment there twice"
    case segmentEmptied = "a segment cut to nothing"
    case completionChanged = "the end that a segment says changed"
    case oneMarkCopy = "one copy of the mark damaged"
    case bothMarkCopies = "both copies of the mark damaged"
    case markLost = "the mark lost"

    /// Whether the store must refuse although no row is touched.
    var mustRefuse: Bool {
        switch self {
        case .bothMarkCopies, .markLost, .epochDeleted, .logLost, .segmentLost, .segmentForeign,
            .segmentRenamed, .segmentTwice, .segmentEmptied, .completionChanged:
            true
        default: false
        }
    }
}

/// A log in its states, each as files to copy from.
struct PristineFolders {
    /// Closed cleanly: no WAL.
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
        var store = try closed.open(segmentPages: PristineFolders.segmentPages)
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

    private static let segmentPages = 24

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
        var store = try folder.open(segmentPages: segmentPages)
        try store.setAcceptedEpoch(Epoch(rawValue: 2))
        try store.setCurrentEpoch(Epoch(rawValue: 2))
        for first in stride(from: 0, to: others.count, by: 5) {
            try store.append(Array(others[first..<min(first + 5, others.count)]))
        }
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
        case .bitInDatabase: flip(folder.segments.randomElement(using: &random) ?? folder.log, &random)
        case .bitInFrame: flip(folder.wal, &random)
        case .bitsInPage: overwritePage(&random)
        case .walCut: cutWAL(&random)
        case .walLost: TemporaryFolder.write([], to: folder.wal)
        case .olderCopy: replaceLog(by: folders.older)
        case .otherLog: replaceLog(by: folders.other)
        case .logLost: for file in folder.segments { TemporaryFolder.write([], to: file) }
        case .segmentLost, .segmentForeign, .segmentRenamed, .segmentTwice, .segmentEmptied:
            changeSegments(damage, folders, &random)
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
        let body = Array(
            rows[Int.random(in: 0..<rows.count, using: &random)].body.readableBytesView.prefix(64))
        for file in folder.segments {
            guard let start = TemporaryFolder.read(file)?.firstRange(of: body)?.lowerBound else { continue }
            // The columns stand right before the body.
            return flip(file, within: start - 30..<start + 64, &random)
        }
        // The rows are those that the folder was made of: without one of them every case would be in vain.
        fatalError("the row is in a file")
    }

    private mutating func changeSegments(
        _ damage: Damage, _ folders: PristineFolders, _ random: inout SeededGenerator
    ) {
        let files = folder.segments
        let index = Int.random(in: 0..<files.count, using: &random)
        let bytes = TemporaryFolder.read(files[index]) ?? []
        let start = DataDirectory.segmentStart(files[index].split(separator: "/").last.map(String.init) ?? "")
        let wrong = folder.path + "/" + DataDirectory.segmentName((start ?? .zero).next)
        place = "\(files[index])"
        switch damage {
        case .segmentLost: Folder.remove(file: files[index])
        case .segmentEmptied: TemporaryFolder.write([], to: files[index])
        case .segmentTwice: TemporaryFolder.write(bytes, to: wrong)
        case .segmentRenamed:
            TemporaryFolder.write(bytes, to: wrong)
            Folder.remove(file: files[index])
        default:
            let others = folders.other.segments
            let other = others[min(index, others.count - 1)]
            TemporaryFolder.write(TemporaryFolder.read(other) ?? [], to: files[index])
        }
    }

    private mutating func overwritePage(_ random: inout SeededGenerator) {
        let file = folder.segments.randomElement(using: &random) ?? folder.log
        var bytes = TemporaryFolder.read(file) ?? []
        let page = Int.random(in: 0..<bytes.count / 4096, using: &random)
        let source = Int.random(in: 0..<bytes.count / 4096, using: &random)
        bytes.replaceSubrange(
            page * 4096..<page * 4096 + 4096, with: bytes[source * 4096..<source * 4096 + 4096])
        place = "page \(page) overwritten by page \(source), counted from 0, of \(file)"
        TemporaryFolder.write(bytes, to: file)
    }

    private mutating func cutWAL(_ random: inout SeededGenerator) {
        let bytes = TemporaryFolder.read(folder.wal) ?? []
        let length = Int.random(in: 0..<bytes.count, using: &random)
        place = "\(length) of \(bytes.count) bytes left"
        TemporaryFolder.write(Array(bytes[..<length]), to: folder.wal)
    }

    private func replaceLog(by other: Folder) {
        for file in folder.segments { Folder.remove(file: file) }
        for file in other.segments {
            let name = file.split(separator: "/").last.map(String.init) ?? ""
            for suffix in ["", "-wal"] {
                guard let bytes = TemporaryFolder.read(file + suffix) else { continue }
                TemporaryFolder.write(bytes, to: folder.path + "/" + name + suffix)
            }
        }
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
        case .completionChanged:
            let column = ["last_zxid", "last_checksum", "rows"].randomElement(using: &random) ?? "rows"
            place = "UPDATE completion SET \(column) = \(column) + 1"
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
            let beginsSegment = folder.segments.contains {
                $0.hasSuffix(DataDirectory.segmentName(Zxid(rawValue: zxid - 1)))
            }
            let other = rows[index == 0 || beginsSegment ? index + 1 : index - 1].zxid.rawValue
            place =
                "UPDATE log SET body = (SELECT b.body FROM log b "
                + "WHERE b.zxid = \(zxid) + \(other) - log.zxid) WHERE zxid IN (\(zxid), \(other)) "
                + "AND (SELECT count(*) FROM log WHERE zxid IN (\(zxid), \(other))) = 2"
        }
        RawLog.change(folder, place)
    }
}
