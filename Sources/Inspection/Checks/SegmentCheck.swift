internal import FolderReading
internal import Storage
internal import Vocabulary

/// Findings about the files of a log, each of which has to begin after what the one before it ends with.
struct SegmentCheck {
    /// Something that is wrong with a file.
    private struct Fault {
        /// The first transaction that is missing for it; nil: none is.
        var firstBad: Zxid?
        var severity = Finding.Severity.damage
        /// Damaged rows behind this one, up to `through`, are its doing.
        var after = Zxid.zero
        var through = Zxid.zero
        /// Whether it is the rows' doing instead, and not worth a word where one is damaged.
        var isOfRows = false
        let text: String
    }

    private let readings: [SegmentReading]
    private let folder: NodeFolder
    private var faults: [Fault] = []

    /// - Parameter counting: Whether rows are counted, for which all of the log is read.
    init(_ folder: NodeFolder, counting: Bool) throws {
        self.folder = folder
        readings = try folder.segmentReadings()
        for reading in readings { checkAlone(reading) }
        let chain = readings.filter { $0.fault == nil && $0.start != nil && isNamedRightly($0) }
        checkLinks(of: chain)
        for reading in readings where reading.fault == nil { try checkCompletion(of: reading, counting) }
        checkNewest()
    }

    /// The findings of the walk through the rows with those about files: one for each thing that is wrong.
    func findings(with rows: [Finding]) -> [Finding] {
        var findings = rows
        for fault in faults {
            let isItsDoing = { (finding: Finding) in
                guard finding.severity == .damage, finding.place == .log || finding.place == .mark,
                    let zxid = finding.zxid
                else { return false }
                return zxid == fault.firstBad || zxid > fault.after && zxid <= fault.through
            }
            guard let index = findings.firstIndex(where: isItsDoing) else {
                findings.append(Finding(fault.severity, .log, at: fault.firstBad, fault.text))
                continue
            }
            if fault.isOfRows { continue }
            let met = findings[index]
            findings.removeAll(where: isItsDoing)
            findings.insert(
                Finding(.damage, met.place, at: met.zxid, "\(met.text): \(fault.text)"), at: index)
        }
        return findings
    }

    // MARK: One file

    private func isNamedRightly(_ reading: SegmentReading) -> Bool {
        guard let name = reading.file.namedStart, let start = reading.start else { return true }
        return name == start.zxid
    }

    private mutating func checkAlone(_ reading: SegmentReading) {
        let name = reading.file.namedStart ?? .zero
        let end = next(behind: reading)
        if let error = reading.fault {
            faults.append(
                Fault(firstBad: first(after: name), after: name, through: end, text: error.finding))
        } else if reading.lacksNumbers, reading.start == nil {
            faults.append(
                Fault(after: name, through: end, text: "\(reading.file.name): its numbers are missing"))
        } else if let start = reading.start, !isNamedRightly(reading) {
            faults.append(
                Fault(
                    after: min(start.zxid, name), through: end,
                    text: "\(reading.file.name) begins after \(start.zxid), not after \(name) as its name "
                        + "says: \(origin(of: reading))"))
        }
    }

    /// The sentence's end for a file that has another's name.
    private func origin(of reading: SegmentReading) -> String {
        let original = readings.first {
            $0.file != reading.file && $0.start == reading.start && isNamedRightly($0)
        }
        return original.map { "it is a copy of \($0.file.name)" } ?? "it was renamed, or is another node's"
    }

    /// The first row of the file behind one, up to which damage may be that one's doing.
    private func next(behind reading: SegmentReading) -> Zxid {
        guard let index = readings.firstIndex(where: { $0.file == reading.file }),
            let next = readings[(index + 1)...].first
        else { return Zxid(rawValue: .max) }
        return next.first ?? next.file.namedStart ?? Zxid(rawValue: .max)
    }

    private func first(after zxid: Zxid) -> Zxid { zxid == .zero ? Zxid(rawValue: 1) : zxid.expectedNext }

    // MARK: Files beside each other

    private mutating func checkLinks(of chain: [SegmentReading]) {
        var isForeign = false
        for index in chain.indices.dropFirst() {
            let (before, reading) = (chain[index - 1], chain[index])
            guard let start = reading.start, let end = before.completion?.end ?? before.end else { continue }
            let wasForeign = isForeign
            isForeign = false
            guard end != start, before.end != start, !wasForeign else { continue }
            if end.zxid < start.zxid {
                if !isNamed(between: before, reading) { missing(end.zxid, before: reading) }
                continue
            }
            // Whether the one behind it follows it says no more.
            isForeign = true
            let reason =
                end.zxid == start.zxid
                ? "it begins after another row \(start.zxid): one of the two is of another history"
                : "it begins after \(start.zxid), and that one ends with \(end.zxid)"
            faults.append(
                Fault(
                    after: start.zxid, through: next(behind: reading),
                    text: "\(reading.file.name) does not follow \(before.file.name): \(reason)"))
        }
    }

    /// Whether a file that is there, and of no use, would have stood between two.
    private func isNamed(between before: SegmentReading, _ after: SegmentReading) -> Bool {
        readings.contains { other in
            guard let name = other.file.namedStart, let low = before.file.namedStart,
                let high = after.file.namedStart
            else { return false }
            let isOfNoUse = other.fault != nil || other.start == nil || !isNamedRightly(other)
            let isBetween = name > low && name < high
            let wouldBe = other.start.map { $0.zxid > low && $0.zxid < high } ?? false
            return isOfNoUse && (isBetween || wouldBe)
        }
    }

    private mutating func missing(_ zxid: Zxid, before reading: SegmentReading) {
        faults.append(
            Fault(
                firstBad: zxid.expectedNext, after: zxid,
                through: reading.first ?? reading.start?.zxid ?? zxid,
                text: "\(DataDirectory.segmentName(zxid)) is missing, and \(reading.file.name) follows only "
                    + "what that held"))
    }

    // MARK: Their ends

    private mutating func checkCompletion(of reading: SegmentReading, _ counting: Bool) throws {
        let name = reading.file.name
        if let error = reading.completionFault {
            faults.append(Fault(text: error.finding))
            return
        }
        guard let end = reading.end, !reading.isNewest else { return }
        guard let completion = reading.completion else {
            // A node writes it once the next file has begun, and may have been ended before.
            if !reading.hasTail, reading.start != nil {
                faults.append(
                    Fault(
                        severity: .note,
                        text: "\(name) ends with \(end.zxid) and does not say so: the next start writes it"))
            }
            return
        }
        let next = readings.drop { $0.file != reading.file }.dropFirst().first
        if completion.end != end, next?.start == end {
            faults.append(
                Fault(
                    text: "\(name) ends with \(end.zxid) as the next file says, but in its table completion "
                        + "with \(completion.end.zxid), or another row there"))
        } else if counting, completion.end == end, let rows = try folder.countRows(of: reading.file),
            rows != completion.rows
        {
            let start = reading.start?.zxid ?? .zero
            faults.append(
                Fault(
                    after: start, through: end.zxid, isOfRows: true,
                    text: "\(name), which ends with \(end.zxid), has \(rows) rows, and says that it has "
                        + "\(completion.rows)"))
        }
    }

    private mutating func checkNewest() {
        guard let newest = readings.last, let completion = newest.completion else { return }
        let end = completion.end.zxid
        faults.append(
            Fault(
                firstBad: first(after: end), after: end, through: Zxid(rawValue: .max),
                text: "\(DataDirectory.segmentName(end)) is missing: \(newest.file.name) says that another "
                    + "file follows it"))
    }
}
