import Glibc

/// The files in a folder that a node is to live in, seen from outside: nothing is opened or changed.
package struct FolderContent: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        case missing
        /// Something stands there that is no folder.
        case file
        case folder
    }

    package private(set) var kind = Kind.missing
    /// The name of a file in which a node keeps its history; nil where no node has been.
    package private(set) var nodeFile: String?
    /// The name of a file in which a server of Apache's keeps its history.
    package private(set) var apacheFile: String?
    /// Permission bits that let others than the owner in.
    package private(set) var othersMode: UInt32 = 0

    package init(of path: String) throws(StorageError) {
        var status = Glibc.stat()
        guard stat(path, &status) == 0 else {
            // Whatever else is wrong with the path is said by who makes the folder.
            return
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            kind = .file
            return
        }
        kind = .folder
        othersMode = status.st_mode & 0o077
        let directory = DataDirectory(visiting: path)
        let names = try directory.names()
        nodeFile = names.sorted().first { name in
            (name == "log.db" || DataDirectory.segmentStart(name) != nil
                || MendedSegment.start(of: name) != nil)
                && DataDirectory.size(of: path + "/" + name) > 0
                || DataDirectory.snapshotZxid(name) != nil
        }
        let versioned = path + "/version-2"
        guard names.contains("version-2"), stat(versioned, &status) == 0, status.st_mode & S_IFMT == S_IFDIR
        else { return }
        apacheFile = try DataDirectory(visiting: versioned).names().sorted()
            .first { $0.hasPrefix("snapshot.") || $0.hasPrefix("log.") }
            .map { "version-2/" + $0 }
    }
}
