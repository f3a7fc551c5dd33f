internal import Glibc
internal import Vocabulary

extension FolderMending {
    /// Puts the log of a folder that no node could start on together again, from what is sound in it and
    /// from what others send.
    ///
    /// All is decided by a rename that comes last: a node that is killed meanwhile finds the
    /// damaged file or the whole one. The damaged one is kept in a folder of its own, by another name.
    ///
    /// - Parameters:
    ///   - stamp: Of the name of that folder, such as a time.
    ///   - givesUpEnd: Whether the log may do without rows that nobody has: end earlier than it did, and then
    ///     the node does not vote before it has a leader's history, or begin later, at a sound snapshot.
    ///   - ask: Others for rows.
    /// - Throws: what is wrong with the folder that no other node can help with.
    package static func mend(
        directory path: String, stamp: String, givesUpEnd: Bool, ask: @escaping AskPeers
    ) throws -> FolderMending {
        let directory = try DataDirectory(creating: path)
        let disk = LogDisk(files: SystemLogFiles(directory: directory))
        return try mend(directory, disk, stamp: stamp, givesUpEnd: givesUpEnd, ask: ask)
    }

    static func mend(
        _ directory: DataDirectory, _ disk: LogDisk, stamp: String, givesUpEnd: Bool, ask: @escaping AskPeers
    ) throws -> FolderMending {
        let lock = try DirectoryLock(directory)
        try MendedSegment.settleAll(in: directory, disk)
        let found = try AcknowledgedMark.read(directory)
        if case .copy(let mark, _) = found, mark.successor != .zero { return .nothing }
        guard disk.files.size(of: directory.formerLog) == 0 else { return .nothing }
        var folder = FolderMender(
            lock: lock, directory: directory, disk: disk, mark: found,
            keep: Evidence(directory: directory, stamp: stamp))
        if let outcome = try folder.beginAnewWithoutSnapshot() { return outcome }
        return try folder.mend(givesUpEnd: givesUpEnd, ask: ask)
    }
}

/// The folder while it is mended.
private struct FolderMender: ~Copyable {
    private let lock: DirectoryLock
    let directory: DataDirectory
    let disk: LogDisk
    let mark: AcknowledgedMark.Found
    let keep: Evidence
    private var segments: [FoundSegment] = []
    /// A snapshot that is as it was written, the newest one.
    private var snapshot: Zxid?
    private var done: [Mending] = []

    init(
        lock: consuming DirectoryLock, directory: DataDirectory, disk: LogDisk,
        mark: AcknowledgedMark.Found, keep: Evidence
    ) {
        self.lock = lock
        self.directory = directory
        self.disk = disk
        self.mark = mark
        self.keep = keep
    }

    private var acknowledged: Acknowledged? {
        if case .copy(let acknowledged, _) = mark { acknowledged } else { nil }
    }

    // MARK: Snapshots

    /// Where the log does not have everything, and no snapshot is sound that it goes on from, nothing here
    /// is of use: a leader sends its tree.
    ///
    /// - Returns: nil where that is not so.
    mutating func beginAnewWithoutSnapshot() throws -> FolderMending? {
        segments = try findSegments()
        let there = try directory.snapshots()
        let oldest = segments.first?.name ?? .zero
        snapshot = try there.first { try $0 >= oldest && SnapshotReader.isSound($0, in: directory) }
        guard oldest > .zero, snapshot == nil, !there.isEmpty else { return nil }
        let reason =
            "no snapshot that the log goes on from could be read (the newest was at \(there[0])); all that "
            + "was here is in \(keep.name)"
        try CatchUpMark.write(reason, to: directory)
        try keep.moveAll()
        return .cut([], because: reason)
    }

    private func findSegments() throws(StorageError) -> [FoundSegment] {
        let opening = LogOpening(directory: directory, disk: disk, found: mark)
        var found: [FoundSegment] = []
        for name in try opening.segmentsWithBytes() {
            do {
                found.append(FoundSegment(name: name, head: try opening.heads(of: [name]).first))
            } catch {
                // What another version made is for that version to judge.
                guard error.code == .corrupt else { throw error }
                found.append(FoundSegment(name: name, head: nil))
            }
        }
        // One that was put there and never used counts for nothing.
        let isUsed = acknowledged.map { $0.chain.zxid > found.last?.name ?? .zero } ?? false
        if let last = found.last?.head, !last.isBegun, !isUsed, found.count > 1 { found.removeLast() }
        return found
    }

    // MARK: The log

    mutating func mend(givesUpEnd: Bool, ask: @escaping AskPeers) throws -> FolderMending {
        let isCovered = snapshot != nil || segments.first?.name == .zero
        guard !segments.isEmpty || acknowledged.map({ $0.chain.zxid > .zero }) ?? false,
            let stretches = Stretch.all(of: segments, mark: acknowledged?.chain, isCovered: isCovered)
        else { return .nothing }
        let mender = SegmentMender(directory: directory, disk: disk, ask: ask)
        var chain = stretches[0].start ?? RowChain(afterSnapshot: stretches[0].name)
        var undecided: [Zxid] = []
        var doubt: String?
        for stretch in stretches {
            if let start = stretch.start { chain = start }
            if undecided.isEmpty, let end = soundEnd(of: stretch, after: chain) {
                chain = end
                continue
            }
            var result = try mender.mend(stretch, after: chain, numbers(for: stretch))
            if let missing = result.missing {
                if givesUpEnd, let end = stretch.end, try giveUpCovered(through: end.zxid, stretches) {
                    chain = end
                    continue
                }
                guard stretch.isNewest, givesUpEnd else {
                    return .unavailable(file: DataDirectory.segmentName(stretch.name), missing: missing)
                }
                let cut = Stretch(name: stretch.name, start: stretch.start, end: result.proven, next: nil)
                result = try mender.mend(cut, after: chain, numbers(for: stretch))
                guard result.missing == nil else { continue }
            }
            if stretch.isNewest { doubt = self.doubt(of: stretch, result) }
            chain = result.end
            done.append(result.mending)
            undecided.append(stretch.name)
            guard stretch.end != nil || stretch.isNewest else { continue }
            if let doubt { try CatchUpMark.write(doubt, to: directory) }
            if stretch.isNewest { try vouch(for: chain, numbers(for: stretch)) }
            try decide(&undecided)
        }
        if doubt == nil, acknowledged == nil, let last = stretches.last {
            // All rows are sound, and nothing says that these are all.
            let reason = endedReason(chain.zxid)
            try CatchUpMark.write(reason, to: directory)
            try vouch(for: chain, numbers(for: last))
            doubt = reason
        }
        if let doubt { return .cut(done, because: doubt) }
        return done.isEmpty ? .nothing : .mended(done)
    }

    /// Why a node must not vote on what is here now; nil where it is all that it ever acknowledged.
    private func doubt(of newest: Stretch, _ result: SegmentMender.Result) -> String? {
        guard let acknowledged, acknowledged.chain.zxid <= result.end.zxid, !result.hasDamageBehind else {
            return endedReason(result.end.zxid)
        }
        return remembersEpochs(newest)
            ? nil : "\(DataDirectory.segmentName(newest.name)) has lost the epochs that were promised"
    }

    /// Whether the log itself says all epochs that were promised: after a power cut the mark may be older.
    private func remembersEpochs(_ newest: Stretch) -> Bool {
        guard segments.last?.name == newest.name, segments.last?.head?.isBegun ?? false else { return false }
        guard let acknowledged else { return true }
        let all = segments.compactMap(\.head?.numbers)
        return all.contains { $0.acceptedEpoch >= acknowledged.acceptedEpoch }
            && all.contains { $0.currentEpoch >= acknowledged.currentEpoch }
    }

    /// Lowers the mark to what is here; durable before rows go.
    private func vouch(for end: RowChain, _ numbers: NodeNumbers) throws(StorageError) {
        if let acknowledged, acknowledged.chain.zxid <= end.zxid { return }
        var lowered =
            acknowledged
            ?? Acknowledged(
                chain: end, acceptedEpoch: numbers.acceptedEpoch, currentEpoch: numbers.currentEpoch)
        lowered.chain = end
        lowered.committed = min(lowered.committed, end.zxid)
        var file = try AcknowledgedMark(directory, after: mark)
        try file.replace(lowered)
    }

    private func endedReason(_ end: Zxid) -> String {
        switch mark {
        case .copy(let acknowledged, _) where acknowledged.chain.zxid > end:
            "the log ends at \(end): what followed up to \(acknowledged.chain.zxid) was damaged, and nobody "
                + "who was asked has it"
        case .copy: "the log ends at \(end): what may have followed was damaged"
        case .missing, .damaged:
            "the log ends at \(end), and the file acknowledged, which said how far it went, was lost"
        }
    }

    private mutating func decide(_ undecided: inout [Zxid]) throws {
        for start in undecided {
            try keep.keep(directory.segment(start))
            try MendedSegment.decide(start, in: directory, disk)
        }
        try MendedSegment.settleAll(in: directory, disk)
        undecided = []
    }

    /// The end of a file that is sound as it lies there; nil where it is not.
    private func soundEnd(of stretch: Stretch, after start: RowChain) -> RowChain? {
        guard let head = segments.first(where: { $0.name == stretch.name })?.head, head.isBegun,
            head.numbers.start == start,
            !stretch.isNewest || head.completion == nil && remembersEpochs(stretch)
        else { return nil }
        let file = directory.segment(stretch.name)
        do {
            let reader = try LogReader(disk.readable(file))
            if let completion = head.completion, completion.end != stretch.end { return nil }
            let end = try reader.verify(
                after: start, acknowledged: nil, through: stretch.isNewest ? nil : stretch.end)
            if let vouched = stretch.end, end.zxid < vouched.zxid { return nil }
            guard stretch.isNewest, let vouched = stretch.end else { return end }
            return try reader.chain(atOrBefore: vouched.zxid) ?? start == vouched ? end : nil
        } catch {
            return nil
        }
    }

    /// The epochs of a file: its own words, or the highest that anything else here says; in the newest what
    /// the mark says, too.
    private func numbers(for stretch: Stretch) -> NodeNumbers {
        let head = segments.first { $0.name == stretch.name }?.head
        if !stretch.isNewest, let head, head.isBegun { return head.numbers }
        var numbers = NodeNumbers()
        for head in segments.compactMap(\.head) {
            numbers.acceptedEpoch = max(numbers.acceptedEpoch, head.numbers.acceptedEpoch)
            numbers.currentEpoch = max(numbers.currentEpoch, head.numbers.currentEpoch)
        }
        if let acknowledged {
            numbers.acceptedEpoch = max(numbers.acceptedEpoch, acknowledged.acceptedEpoch)
            numbers.currentEpoch = max(numbers.currentEpoch, acknowledged.currentEpoch)
        }
        return numbers
    }

    // MARK: What nobody has

    /// Rows that a sound snapshot stands for, and that nobody has any more, go.
    ///
    /// - Returns: false where the log is needed from before there.
    private mutating func giveUpCovered(through end: Zxid, _ stretches: [Stretch]) throws -> Bool {
        guard let snapshot, snapshot >= end else { return false }
        // Oldest first: what is left begins later each time.
        for stretch in stretches where stretch.name < end {
            let file = directory.segment(stretch.name)
            guard disk.files.size(of: file) > 0 else { continue }
            try keep.keep(file)
            try disk.remove(file)
            try disk.files.sync()
            done.append(Mending(file: DataDirectory.segmentName(stretch.name)))
        }
        return true
    }
}

/// Damaged files, kept for whoever wants to know how: `damaged-<time>` in the node's folder.
struct Evidence {
    let directory: DataDirectory
    let stamp: String

    static let prefix = "damaged-"
    /// Folders that are kept; of more the oldest go.
    static let foldersMax = 4

    var name: String { Evidence.prefix + stamp }
    private var path: String { directory.path + "/" + name }

    /// Gives a file, and its WAL, one more name here; where the file system has no such thing, it is not
    /// kept.
    func keep(_ file: String) throws(StorageError) {
        guard DataDirectory.size(of: file) > 0 else { return }
        try make()
        for file in [file, DataDirectory.wal(of: file)] {
            let name = file.suffix(from: file.index(after: file.lastIndex(of: "/") ?? file.startIndex))
            _ = link(file, path + "/" + name)
        }
    }

    /// Takes all of the node's files out of its folder, its mark first: without that nothing misses them.
    func moveAll() throws(StorageError) {
        try make()
        let names = try directory.names().filter {
            DataDirectory.isOwn($0) && $0 != "lock" && $0 != CatchUpMark.name
        }
        // The newest go first, so that what is left has no gap.
        for name in ["acknowledged"] + names.filter({ $0 != "acknowledged" }).sorted(by: >)
        where names.contains(name) {
            guard rename(directory.path + "/" + name, path + "/" + name) == 0 else {
                throw StorageError(errno: errno, doing: "move to \(path)", file: directory.path + "/" + name)
            }
        }
        try directory.sync()
    }

    /// All that there are of a node, oldest first.
    static func folders(in directory: DataDirectory) -> [DataDirectory] {
        // Absence is the meaning: what cannot be listed has nothing for anybody.
        let names = (try? directory.names()) ?? []
        return names.filter { $0.hasPrefix(prefix) }.sorted()
            .map { DataDirectory(visiting: directory.path + "/" + $0) }
    }

    private func make() throws(StorageError) {
        guard mkdir(path, 0o700) == 0 else {
            if errno == EEXIST { return }
            throw StorageError(errno: errno, doing: "create the folder", file: path)
        }
        for folder in Evidence.folders(in: directory).dropLast(Evidence.foldersMax) {
            for name in try folder.names() { try DataDirectory.remove(folder.path + "/" + name) }
            rmdir(folder.path)
        }
    }
}
