internal import Storage
package import Vocabulary

/// A file of a node's log, by what its name says.
package struct SegmentFile: Hashable, Sendable {
    package let path: String
    /// The transaction that its rows follow; nil of a log that is one file, as a former version made it.
    package let namedStart: Zxid?

    package var name: String {
        String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
    }
    package var bytes: Int64 { DataDirectory.size(of: path) }
    package var walBytes: Int64 { DataDirectory.size(of: DataDirectory.wal(of: path)) }

    /// The end of a log that a killed process left: its WAL has not been copied into it.
    var hasTail: Bool { bytes > 0 && walBytes > 0 }

    /// The files of the log in `directory`, oldest first.
    ///
    /// - Throws: `corrupt` where there are a former version's log and a newer one's.
    static func all(in directory: DataDirectory) throws(StorageError) -> [SegmentFile] {
        if let successor = try successor(in: directory) {
            return [SegmentFile(path: directory.installedSegment, namedStart: successor)]
        }
        // One without a byte holds nothing, for a node that starts too.
        let starts = try startsWithBytes(in: directory)
        let hasFormer = DataDirectory.size(of: directory.formerLog) > 0
        guard let oldest = starts.first else {
            return hasFormer ? [SegmentFile(path: directory.formerLog, namedStart: nil)] : []
        }
        guard !hasFormer else {
            throw StorageError(
                .corrupt,
                "\(directory.path): there are log.db, a former version's whole log, and "
                    + "\(DataDirectory.segmentName(oldest)), a segment of a newer one's: nothing says which "
                    + "is this node's; move the other away")
        }
        return starts.map { SegmentFile(path: directory.segment($0), namedStart: $0) }
    }

    /// A running node may remove files between two looks: then the list is of no moment, and made anew.
    private static func startsWithBytes(in directory: DataDirectory) throws(StorageError) -> [Zxid] {
        var starts = try directory.segments()
        while true {
            let found = starts.filter { DataDirectory.size(of: directory.segment($0)) > 0 }
            if found.count == starts.count { return found }
            let again = try directory.segments()
            if again == starts { return found }
            starts = again
        }
    }

    /// The beginning of the log that takes the place of the one that is there: a node decided so, and ended
    /// before it was done.
    private static func successor(in directory: DataDirectory) throws(StorageError) -> Zxid? {
        guard DataDirectory.size(of: directory.installedSegment) > 0,
            case .copy(let mark, _) = try AcknowledgedMark.read(directory), mark.successor != .zero,
            mark.chain == RowChain(afterSnapshot: mark.successor)
        else { return nil }
        return mark.successor
    }
}
