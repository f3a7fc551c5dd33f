internal import FolderReading
package import Storage
internal import Vocabulary

/// Findings of the walk through a log: row by row, and at its end beside the acknowledged mark.
package struct LogCheck: Sendable {
    package private(set) var findings: [Finding] = []
    package private(set) var rows = 0
    package private(set) var badRows = 0
    /// Runs of sound rows, in order.
    package private(set) var sound: [SoundRange] = []
    package private(set) var last: RowChain?
    private var isInRun = false
    private let mark: MarkReading
    /// Set when the row that the mark names was met.
    private var linkAtMark: RowChain?
    private var isMarkedRowBad = false
    private let start: Zxid

    /// Findings kept one by one; of more only the number is.
    package static let findingsMax = 1000

    init(mark: MarkReading, start: Zxid) {
        self.mark = mark
        self.start = start
    }

    /// A row, and whether its body says what it says itself.
    mutating func add(_ entry: LogEntry) {
        let zxid = entry.zxid
        if entry.fault != nil {
            add(WalkedRow(row: entry.row, checksum: entry.checksum, fault: entry.fault))
        } else if let reason = entry.undecodable {
            meet(WalkedRow(row: entry.row, checksum: entry.checksum, fault: nil))
            note(
                Finding(
                    .damage, .log, at: zxid,
                    "the row \(zxid) is what was written, but its body is no transaction (\(reason))"),
                at: zxid)
        } else if let contradiction = entry.contradiction {
            meet(WalkedRow(row: entry.row, checksum: entry.checksum, fault: nil))
            note(
                Finding(
                    .damage, .log, at: zxid, "the row \(zxid) contradicts itself: \(contradiction)"), at: zxid
            )
        } else {
            add(WalkedRow(row: entry.row, checksum: entry.checksum, fault: nil))
        }
    }

    /// A row that nobody has decoded.
    mutating func add(_ walked: WalkedRow) {
        let zxid = walked.row.zxid
        meet(walked)
        if let fault = walked.fault {
            let severity: Finding.Severity = fault == .unanchored ? .note : .damage
            note(Finding(severity, .log, at: fault.firstBad(at: zxid), fault.text(at: zxid)), at: zxid)
        } else if isInRun {
            sound[sound.count - 1].extend(to: zxid)
        } else {
            isInRun = true
            sound.append(SoundRange(zxid))
        }
    }

    private mutating func meet(_ walked: WalkedRow) {
        rows += 1
        last = RowChain(zxid: walked.row.zxid, checksum: walked.checksum)
        if case .read(let acknowledged) = mark, acknowledged.chain.zxid == walked.row.zxid {
            linkAtMark = last
        }
    }

    private mutating func note(_ finding: Finding, at zxid: Zxid) {
        badRows += 1
        isInRun = false
        if case .read(let acknowledged) = mark, acknowledged.chain.zxid == zxid { isMarkedRowBad = true }
        if findings.count < LogCheck.findingsMax { findings.append(finding) }
    }

    /// The log is at its end: what it should have held besides?
    mutating func finish(_ walk: borrowing LogWalk) {
        if let after = walk.unreadableEndAfter {
            findings.append(
                Finding(
                    .damage, .log, at: after.expectedNext,
                    "pages cannot be read: what followed \(after) is lost"))
        }
        switch mark {
        case .missing where rows > 0 || start > .zero:
            findings.append(
                Finding(
                    .damage, .mark, "the file acknowledged is missing, so nothing says how far the log went"))
        case .damaged:
            findings.append(
                Finding(
                    .damage, .mark,
                    "both copies in the file acknowledged are damaged, so nothing says how far "
                        + "the log went"))
        case .read(let acknowledged): compare(with: acknowledged)
        case .missing: break
        }
    }

    private mutating func compare(with acknowledged: Acknowledged) {
        let zxid = acknowledged.chain.zxid
        let end = last?.zxid ?? start
        if zxid > end {
            findings.append(
                Finding(
                    .damage, .mark, at: end == .zero ? Zxid(rawValue: 1) : end.expectedNext,
                    "the log ends at \(end), but this node has acknowledged up to \(zxid): an older copy of "
                        + "the log, or its end is lost"))
        } else if zxid > start, linkAtMark == nil {
            if findings.isEmpty {
                findings.append(
                    Finding(
                        .damage, .mark, at: zxid,
                        "this node has acknowledged \(zxid), which is not in the log"))
            }
        } else if let linkAtMark, linkAtMark != acknowledged.chain, !isMarkedRowBad,
            !findings.contains(where: { $0.severity == .damage })
        {
            findings.append(
                Finding(
                    .damage, .mark, at: zxid,
                    "the log is whole, but not the one that was here: this node has acknowledged another row "
                        + "at \(zxid), or another history before it"))
        }
    }
}
