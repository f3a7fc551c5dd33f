package import Vocabulary

/// A file of Apache's transaction log.
package struct LogFile: Equatable, Sendable {
    package let path: String
    /// The first transaction, by the file's name.
    package let zxid: Zxid

    /// - Returns: nil when the name is no log's.
    package init?(named name: String, in folder: String) {
        guard let zxid = Zxid(ofFile: name, behind: LogFile.prefix) else { return nil }
        self.zxid = zxid
        path = folder + "/" + name
    }

    /// Whether there is nothing in the file.
    package var isEmpty: Bool { FileBytes.size(of: path) == 0 }

    static let prefix = "log."
    /// Stands behind every record.
    static let terminator: UInt8 = 0x42
}

extension Zxid {
    /// The name of a file that begins with this one, in a server's folder.
    package var apacheLogName: String { LogFile.prefix + apacheDigits }
    /// The name of a snapshot right after this one, in a server's folder.
    package var apacheSnapshotName: String { "snapshot." + apacheDigits }

    private var apacheDigits: String { String(UInt64(bitPattern: rawValue), radix: 16) }
}
