import Glibc

/// A file that says that this folder may lack what its node has acknowledged: `must-synchronize`.
///
/// As long as it is there a member of an ensemble does not vote: a quorum that counts a server which has
/// forgotten is none. It goes once the node has a leader's history on its disk.
package enum CatchUpMark {
    static let name = "must-synchronize"

    /// - Returns: Why; nil where there is no such file.
    package static func read(_ directory: DataDirectory) -> String? {
        let file = file(in: directory)
        guard let bytes = SmallFile.read(file) else {
            // One that cannot be read is there all the same.
            return access(file, F_OK) != 0 && errno == ENOENT ? nil : "\(file) cannot be read"
        }
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// Durable when it returns.
    package static func write(_ reason: String, to directory: DataDirectory) throws(StorageError) {
        try SmallFile.write(reason + "\n", to: file(in: directory))
        try directory.sync()
    }

    /// Durable when it returns.
    static func remove(from directory: DataDirectory) throws(StorageError) {
        try DataDirectory.remove(file(in: directory))
        try directory.sync()
    }

    private static func file(in directory: DataDirectory) -> String { directory.path + "/" + name }
}
