import FolderReading
import Storage
import Vocabulary

/// The one pass over all logs in lock-step.
struct Comparing {
    private let folders: [NodeFolder]
    private let areAllVoters: Bool
    private let progress: Progress
    private var cursors: [Cursor] = []
    private var comparison: Comparison
    private var snapshots: SnapshotComparison

    init(_ folders: [NodeFolder], areAllVoters: Bool, _ progress: Progress) throws {
        self.folders = folders
        self.areAllVoters = areAllVoters
        self.progress = progress
        var nodes: [Comparison.Node] = []
        for (index, folder) in folders.enumerated() {
            let mark = try folder.mark()
            // Absence is the meaning: damaged numbers are a finding of the node's own.
            let start = (try? folder.start().zxid) ?? .zero
            let cursor = try Cursor(folder, index: index, start: start, mark: mark)
            cursors.append(cursor)
            nodes.append(
                Comparison.Node(
                    path: folder.path, state: folder.state, serverID: folder.serverID, start: start,
                    mark: mark, check: cursor.check))
            nodes[index].first = cursor.current?.row.zxid
            nodes[index].findings = Comparing.ownFindings(of: folder)
        }
        comparison = Comparison(nodes: nodes)
        snapshots = try SnapshotComparison(folders)
    }

    /// Findings beside the rows.
    private static func ownFindings(of folder: NodeFolder) -> [Finding] {
        if let fault = folder.logFault {
            return [Finding(.damage, .log, at: Zxid(rawValue: 1), fault.finding)]
        }
        do {
            if !folder.isOldestUnreadable { _ = try folder.numbers() }
            return []
        } catch {
            return [Finding(.damage, .numbers, error.finding)]
        }
    }

    consuming func run() throws -> Comparison {
        var pace = Pace(over: folders[longest], progress, "comparing the logs")
        while let zxid = cursors.compactMap({ $0.current?.row.zxid }).min() {
            if comparison.divergence == nil { compare(at: zxid) }
            count(zxid)
            for cursor in cursors where cursor.current?.row.zxid == zxid { try cursor.advance() }
            pace.reached(zxid)
        }
        try finish()
        progress.finish()
        return comparison
    }

    /// The folder whose log says best how far all of this is.
    private var longest: Int {
        cursors.indices.filter { cursors[$0].isReadable }.max {
            folders[$0].sizes.log < folders[$1].sizes.log
        }
            ?? 0
    }

    // MARK: One zxid

    private mutating func compare(at zxid: Zxid) {
        findTails(at: zxid)
        let holders = cursors.filter { $0.tail == nil && $0.current?.row.zxid == zxid }
        guard let first = holders.first else { return }
        let without = cursors.filter { cursor in
            guard cursor.tail == nil, case .without = cursor.holding(at: zxid) else { return false }
            return true
        }
        if !without.isEmpty, !holders.isEmpty { return diverge(at: zxid, .history) }
        guard areAlike(holders) else { return diverge(at: zxid, .content) }
        if holders.count > 1 {
            comparison.agreed += 1
            if comparison.firstAgreed == nil { comparison.firstAgreed = zxid }
            comparison.lastAgreed = zxid
        }
        if holders.count == cursors.count {
            comparison.heldByAll += 1
            comparison.lastHeldByAll = zxid
        }
        if let row = first.current { snapshots.note(row) }
    }

    /// A node that has a row that others went on without, and does not vouch for it, has a tail that a leader
    /// will cut.
    private func findTails(at zxid: Zxid) {
        let hasGoneOn = cursors.contains { cursor in
            guard cursor.tail == nil, case .without = cursor.holding(at: zxid) else { return false }
            return true
        }
        guard hasGoneOn else { return }
        for cursor in cursors where cursor.tail == nil && cursor.current?.row.zxid == zxid {
            if !cursor.vouches(for: zxid) { cursor.tail = zxid }
        }
    }

    /// By the chain; where that differs, by what the sound rows say.
    private mutating func areAlike(_ holders: [Cursor]) -> Bool {
        let rows = holders.compactMap(\.current)
        guard let first = rows.first,
            rows.contains(where: { $0.checksum != first.checksum || $0.fault != nil })
        else { return true }
        let sound = rows.filter { $0.fault?.sparesContent ?? true }
        guard let reference = sound.first else { return true }
        if sound.contains(where: { $0.checksum != reference.checksum }) {
            let isAlike = sound.allSatisfy { $0.contentChecksum == reference.contentChecksum }
            if isAlike, !sound.contains(where: { $0.fault != nil }) { comparison.isByContent = true }
            return isAlike
        }
        return true
    }

    private mutating func diverge(at zxid: Zxid, _ kind: Comparison.Divergence.Kind) {
        comparison.divergence = Comparison.Divergence(
            zxid: zxid, kind: kind, holdings: cursors.map { $0.holding(at: zxid) })
    }

    private mutating func count(_ zxid: Zxid) {
        let isElsewhere = cursors.contains { cursor in
            guard cursor.tail == nil, let current = cursor.current else { return false }
            return current.row.zxid == zxid && (current.fault?.sparesContent ?? true)
        }
        for cursor in cursors {
            if cursor.tail != nil, cursor.current?.row.zxid == zxid {
                comparison.nodes[cursor.index].tailRows += 1
            }
            guard isElsewhere else { continue }
            switch cursor.holding(at: zxid) {
            case .ended: comparison.nodes[cursor.index].behind += 1
            case .trimmed: comparison.nodes[cursor.index].trimmed += 1
            default: break
            }
        }
    }

    // MARK: The end

    private mutating func finish() throws {
        for cursor in cursors {
            cursor.finish()
            comparison.nodes[cursor.index].check = cursor.check
            comparison.nodes[cursor.index].findings += try findings(of: cursor)
            comparison.nodes[cursor.index].last = cursor.last
            comparison.nodes[cursor.index].tail = cursor.tail
        }
        for cursor in cursors { try sharpen(cursor.index) }
        snapshots.finish(&comparison)
        checkQuorum()
    }

    private func findings(of cursor: Cursor) throws -> [Finding] {
        guard cursor.isReadable else { return cursor.check.findings }
        return try SegmentCheck(folders[cursor.index], counting: false).findings(with: cursor.check.findings)
    }

    /// Where an epoch ends, its own log does not say: what a node lost or has wrong there begins where the
    /// others go on.
    private mutating func sharpen(_ index: Int) throws {
        let findings = comparison.nodes[index].findings
        for (number, finding) in findings.enumerated() {
            guard finding.severity == .damage, finding.place == .log || finding.place == .mark,
                let zxid = finding.zxid, let next = try nextElsewhere(zxid, than: index)
            else { continue }
            comparison.nodes[index].findings[number] = Finding(
                finding.severity, finding.place, at: next,
                finding.text + " (others go on with \(next) there)")
        }
    }

    /// The zxid that sound logs have right behind the transaction before `zxid`, where that is another one.
    private func nextElsewhere(_ zxid: Zxid, than index: Int) throws -> Zxid? {
        let firstSound = comparison.nodes[index].check.sound.first?.first
        let hasNothingBefore = firstSound.map { $0 > zxid } ?? true
        for other in comparison.nodes.indices
        where other != index && !comparison.nodes[other].isDamaged && cursors[other].isReadable {
            let log = try folders[other].log()
            if hasNothingBefore, cursors[other].start <= cursors[index].start {
                let first = try log.row(atOrAfter: cursors[index].start.expectedNext)?.zxid
                return first == zxid ? nil : first
            }
            let before = Zxid(rawValue: zxid.rawValue &- 1)
            guard zxid > cursors[other].start, comparison.nodes[other].tail.map({ zxid < $0 }) ?? true,
                let next = try log.row(atOrAfter: zxid)?.zxid
            else { continue }
            let last = try log.row(atOrBefore: before)?.zxid ?? cursors[other].start
            guard last == before || before.counter == 0 else { continue }
            return next == zxid ? nil : next
        }
        return nil
    }

    /// More than half of the voters must hold what somebody knows to be committed.
    private mutating func checkQuorum() {
        let nodes = comparison.nodes
        guard let committed = nodes.map(\.committed).max(), committed > .zero else { return }
        let holders = nodes.count { node in
            let end = node.tail.map { Zxid(rawValue: $0.rawValue &- 1) } ?? node.last ?? node.start
            return end >= committed
        }
        guard holders * 2 <= nodes.count else { return }
        comparison.isShortOfQuorum = areAllVoters
        let hold = holders == 1 ? "holds" : "hold"
        comparison.notes.append(
            "\(committed) is known to be committed, and \(holders) of these \(nodes.count) folders "
                + "\(hold) it: where they are those of all voters, one is an older "
                + "copy" + (areAllVoters ? "" : " (--voters says that they are)"))
    }
}
