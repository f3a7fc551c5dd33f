package import FolderReading
package import Storage
package import Vocabulary
internal import Znodes

/// The part of a damaged folder that a node could start on again.
package struct FolderSurvey: Sendable {
    /// The folder that could be made.
    package enum Remedy: Equatable, Sendable {
        /// Nothing is wrong.
        case nothing
        /// All rows say what was written: numbers, mark and checksums are written anew, and snapshots that
        /// are damaged are left out.
        case rewrite(start: RowChain)
        /// A sound snapshot stands behind the damage, and all rows after it are sound: the log begins there.
        /// Nothing of the state is lost, only the history before.
        case beginAt(RowChain)
        /// The log ends here, before the damage: what came after is lost in this folder.
        case endAt(Zxid, start: RowChain)
        /// Only a snapshot is left.
        case snapshotAlone(Zxid)
        /// Nothing that a node could start on.
        case hopeless
    }

    package private(set) var remedy = Remedy.nothing
    /// History that the folder that could be made would no longer hold.
    package private(set) var givenUp = GivenUp.nothing
    /// Names of a node's files that are there, where no file of the log is; nil: one is.
    package let filesWithoutLog: [String]?
    package let verification: Verification
    /// The last transaction that this node has vouched for, where that is known.
    package let acknowledged: Zxid?
    /// Everything up to here is known to be committed.
    package let committed: Zxid
    /// The highest epochs that the folder's two witnesses say.
    package let acceptedEpoch: Epoch
    package let currentEpoch: Epoch
    /// Snapshots that are as they were written, oldest first.
    package let soundSnapshots: [Zxid]
    /// The log's end, as it is.
    package let last: Zxid?
    private let start: RowChain?
    private var firstBad: Zxid?
    private var lastBad: Zxid?
    private var links: [Zxid: RowChain] = [:]
    /// The link of the row that the node has vouched for.
    private let vouched: RowChain?
    private var isVouchedHeld = false
    /// The last sound row of each epoch.
    private var ends: [Epoch: Zxid] = [:]

    /// Reads all of the folder and decides.
    package static func make(of folder: NodeFolder, progress: Progress = Progress()) throws -> FolderSurvey {
        let verification = try Verification.run(on: folder, .all, progress: progress)
        var survey = try FolderSurvey(verification, of: folder)
        guard !verification.isSound else { return survey }
        if folder.logFault == nil { try survey.walk(folder) }
        survey.remedy = survey.decide(hasLog: folder.logFault == nil)
        survey.givenUp = survey.forgotten()
        return survey
    }

    /// Takes what the small files say; nothing is decided yet.
    private init(_ verification: Verification, of folder: NodeFolder) throws {
        self.verification = verification
        soundSnapshots = verification.snapshots.map(\.zxid).filter { zxid in
            !verification.findings.contains { $0.place == .snapshot(zxid) && $0.severity == .damage }
        }.sorted()
        // Absence is the meaning: damaged numbers are among the findings.
        let numbers = try? folder.numbers()
        start = try? folder.start()
        var accepted = numbers?.acceptedEpoch ?? .zero
        var current = numbers?.currentEpoch ?? .zero
        if case .read(let mark) = try folder.mark() {
            vouched = mark.chain
            acknowledged = mark.chain.zxid
            committed = mark.committed
            accepted = max(accepted, mark.acceptedEpoch)
            current = max(current, mark.currentEpoch)
        } else {
            vouched = nil
            acknowledged = nil
            committed = .zero
        }
        last = verification.log.last?.zxid
        acceptedEpoch = accepted
        currentEpoch = current
        filesWithoutLog = folder.hasLogFile ? nil : try folder.ownFiles()
    }

    /// Where damage begins and ends, and what the chain is at each snapshot.
    private mutating func walk(_ folder: NodeFolder) throws {
        let wanted = Set(soundSnapshots)
        var walk = try folder.walk()
        var isFirst = true
        while let walked = try walk.next() {
            let zxid = walked.row.zxid
            var fault = walked.fault
            if isFirst, fault == .unanchored, walked.row.chained(to: .empty).checksum == walked.checksum,
                Zxid.zero.isFollowed(by: zxid)
            {
                fault = nil
                beginsWithNothing = true
            }
            isFirst = false
            let isDecodable = LogEntry(walked.row, checksum: walked.checksum).transaction?.zxid == zxid
            if fault.map({ !$0.sparesContent }) ?? !isDecodable {
                let bad = fault?.firstBad(at: zxid) ?? zxid
                firstBad = min(firstBad ?? bad, bad)
                lastBad = zxid
            }
            if fault == nil { ends[zxid.epoch] = zxid }
            if let vouched, vouched.zxid == zxid {
                isVouchedHeld = vouched.checksum == walked.checksum || fault == .checksumChanged
            }
            if wanted.contains(zxid) { links[zxid] = RowChain(zxid: zxid, checksum: walked.checksum) }
        }
        if let unreadable = walk.unreadableEndAfter {
            let bad = unreadable.expectedNext
            firstBad = min(firstBad ?? bad, bad)
            lastBad = Zxid(rawValue: .max)
        }
    }

    private var beginsWithNothing = false

    private func decide(hasLog: Bool) -> Remedy {
        let newest = soundSnapshots.last
        guard hasLog, let last, newest ?? .zero <= last else {
            return newest.map { .snapshotAlone($0) } ?? .hopeless
        }
        let start = self.start ?? (beginsWithNothing ? .empty : nil)
        guard let firstBad, let lastBad else {
            // Every row is sound: something beside them is not.
            guard let start, hasTree(from: start.zxid, through: last) else {
                return newest.map { beginning(at: $0) } ?? .hopeless
            }
            return .rewrite(start: start)
        }
        if let zxid = soundSnapshots.last(where: { $0 >= lastBad && $0 <= last && links[$0] != nil }) {
            return beginning(at: zxid)
        }
        let end = Zxid(rawValue: firstBad.rawValue &- 1)
        if let start, end >= start.zxid, hasTree(from: start.zxid, through: end) {
            return .endAt(end, start: start)
        }
        return newest.map { .snapshotAlone($0) } ?? .hopeless
    }

    /// History that the node has acknowledged beyond what the remedy keeps.
    private func forgotten() -> GivenUp {
        let end = last ?? .zero
        let kept: (start: Zxid, end: Zxid)
        switch remedy {
        case .nothing, .hopeless: return .nothing
        case .rewrite(let start): kept = (start.zxid, end)
        case .beginAt(let link): kept = (link.zxid, end)
        case .endAt(let end, let start): kept = (start.zxid, end)
        case .snapshotAlone(let zxid): kept = (zxid, zxid)
        }
        return GivenUp(
            keeping: kept.start, through: kept.end,
            GivenUp.Evidence(
                acknowledged: acknowledged, isHeld: isVouchedHeld, last: last, ends: Array(ends.values),
                isWhole: false))
    }

    private func beginning(at zxid: Zxid) -> Remedy {
        links[zxid].map { .beginAt($0) } ?? .snapshotAlone(zxid)
    }

    /// Whether a tree can be rebuilt of a log with that beginning and that end.
    private func hasTree(from start: Zxid, through end: Zxid) -> Bool {
        start == .zero || soundSnapshots.contains { $0 >= start && $0 <= end }
    }
}
