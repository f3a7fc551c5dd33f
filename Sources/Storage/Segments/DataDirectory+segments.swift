package import Vocabulary

/// The names of a log's files: `log-<zxid>.db` for each segment, by the zxid that it begins after.
extension DataDirectory {
    /// `log-000000010000002a.db`, so that the names sort as the zxids do.
    package static func segmentName(_ start: Zxid) -> String { "log-" + digits(of: start) + ".db" }

    /// The inverse; nil for every other name.
    package static func segmentStart(_ name: String) -> Zxid? {
        guard name.hasPrefix("log-"), name.hasSuffix(".db"),
            let bits = UInt64(name.dropFirst(4).dropLast(3), radix: 16)
        else { return nil }
        let start = Zxid(rawValue: Int64(bitPattern: bits))
        return segmentName(start) == name ? start : nil
    }

    package func segment(_ start: Zxid) -> String { path + "/" + DataDirectory.segmentName(start) }

    /// The segments that are there, by what they begin after, oldest first.
    package func segments() throws(StorageError) -> [Zxid] {
        try names().compactMap(DataDirectory.segmentStart).sorted()
    }

    /// The log of a folder that a former version made: all of it in one file.
    package var formerLog: String { path + "/log.db" }

    /// An empty segment, made before it is needed.
    var nextSegment: String { path + "/log-next.db" }
    /// Room on the disk for the next segment's WAL.
    var nextWAL: String { path + "/log-next.wal" }
    /// A segment that may take the place of all others (`LogStore.install`).
    package var installedSegment: String { path + "/log-install.db" }

    /// Whether a log has a file of that name, or a WAL beside one.
    static func isOfLog(_ name: String) -> Bool {
        if name.hasPrefix("log-"), name.hasSuffix(unfinished) { return true }
        var base = name[...]
        for suffix in ["-wal", "-shm"] where base.hasSuffix(suffix) {
            base = base.dropLast(suffix.utf8.count)
        }
        if base.hasPrefix(MendedSegment.decidedPrefix) || base.hasPrefix(MendedSegment.undecidedPrefix) {
            return true
        }
        return base == "log.db" || segmentStart(String(base)) != nil || base == "log-next.db"
            || base == "log-next.wal" || base == "log-install.db"
    }

    /// The WAL that SQLite keeps beside a file.
    package static func wal(of file: String) -> String { file + "-wal" }
}
