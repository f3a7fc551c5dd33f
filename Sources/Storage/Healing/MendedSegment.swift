internal import Vocabulary

/// A file that takes the place of a damaged one of the log.
///
/// Made beside it, under a name that counts for nothing; once it is whole and durable it gets the name
/// that decides, `log-mended-<zxid>.db`. Whoever finds that does what is left to do: the damaged file goes,
/// with its WAL, and this one gets its name. What went has another name in a folder `damaged-<time>` by then.
enum MendedSegment {
    /// Does what is left to do of all that are decided, and removes those that are not.
    static func settleAll(in directory: DataDirectory, _ disk: LogDisk) throws(StorageError) {
        for name in try disk.files.names() {
            if name.hasPrefix(undecidedPrefix), name.hasSuffix(".db") {
                try disk.remove(directory.path + "/" + name)
            }
            guard let start = MendedSegment.start(of: name) else { continue }
            let file = directory.segment(start)
            // A complete one has no WAL, and is there until the moment in which the other one is.
            if disk.files.size(of: DataDirectory.wal(of: file)) > 0 || disk.files.size(of: file) == 0 {
                try disk.remove(file)
                try disk.files.sync()
            }
            try disk.files.rename(decided(start, in: directory), to: directory.segment(start))
            try disk.files.sync()
        }
    }

    /// Makes an empty one.
    static func make(
        after start: RowChain, in directory: DataDirectory, _ disk: LogDisk
    ) throws(StorageError) -> Segment {
        let file = undecided(start.zxid, in: directory)
        try disk.remove(file)
        return try Segment(creating: file, after: start, disk)
    }

    /// Makes it durable: from now on a rename decides.
    ///
    /// - Parameter completion: nil for the newest of the log.
    static func finish(
        _ segment: consuming Segment, _ completion: Completion?
    ) throws(StorageError) {
        if let completion {
            try segment.statements.begin.run()
            try completion.write(to: segment.database, after: segment.start)
            try segment.statements.commit.run()
        }
        let file = segment.file
        guard try segment.close() else {
            throw StorageError(.busy, "\(file): somebody else has it open")
        }
    }

    static func decide(_ start: Zxid, in directory: DataDirectory, _ disk: LogDisk) throws(StorageError) {
        try disk.files.sync()
        try disk.files.rename(undecided(start, in: directory), to: decided(start, in: directory))
        try disk.files.sync()
    }
}

/// The names of such files.
extension MendedSegment {
    /// Of one that is being made.
    static func undecided(_ start: Zxid, in directory: DataDirectory) -> String {
        directory.path + "/" + undecidedPrefix + DataDirectory.digits(of: start) + ".db"
    }

    /// Of one that takes the place of the damaged one.
    static func decided(_ start: Zxid, in directory: DataDirectory) -> String {
        directory.path + "/" + decidedName(start)
    }

    /// The zxid in the name of a decided one; nil for every other name.
    static func start(of name: String) -> Zxid? {
        guard name.hasPrefix(decidedPrefix), name.hasSuffix(".db"),
            let bits = UInt64(name.dropFirst(decidedPrefix.utf8.count).dropLast(3), radix: 16)
        else { return nil }
        let start = Zxid(rawValue: Int64(bitPattern: bits))
        return decidedName(start) == name ? start : nil
    }

    private static func decidedName(_ start: Zxid) -> String {
        decidedPrefix + DataDirectory.digits(of: start) + ".db"
    }

    static let decidedPrefix = "log-mended-"
    static let undecidedPrefix = "log-mending-"
}
