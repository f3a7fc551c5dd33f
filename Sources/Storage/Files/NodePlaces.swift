import Glibc

/// The folders that a configuration names, as they are found before a node opens its own.
///
/// A node that believed any empty folder would forget what it acknowledged whenever somebody mistypes a line,
/// forgets to mount a disk or moves the log; and two such members make a quorum that knows nothing. So where
/// there is no history, it is asked whether there is one elsewhere. Since everything lies in `dataLogDir`, a
/// small file in `dataDir` remembers where that was.
package struct NodePlaces: Sendable {
    package let dataDir: String
    package let dataLogDir: String
    private let data: FolderContent
    private let log: FolderContent
    /// Whether both are the same folder.
    private let isOne: Bool
    /// Where the history lay at the last start, when that was not in `dataDir`.
    private let noted: (path: String, content: FolderContent)?
    /// Whether the operator has put the file `initialize` there: this empty folder is a new node's.
    package let isInitialized: Bool

    package init(dataDir: String, dataLogDir: String) throws(StorageError) {
        self.dataDir = dataDir
        self.dataLogDir = dataLogDir
        data = try FolderContent(of: dataDir)
        log = try FolderContent(of: dataLogDir)
        isOne = NodePlaces.absolute(dataDir) == NodePlaces.absolute(dataLogDir)
        isInitialized = access(dataDir + "/" + NodePlaces.initialize, F_OK) == 0
        if let bytes = SmallFile.read(dataDir + "/" + NodePlaces.note) {
            let path = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
            noted = (path, try FolderContent(of: path))
        } else {
            noted = nil
        }
    }

    /// - Parameters:
    ///   - isCreated: `datadir.autocreate`.
    ///   - isEmptyBelieved: `db.autocreate`.
    ///   - isMember: one of several: it may start without its data, and does not vote until it has them.
    /// - Throws: `misplaced`, with what was found where and the way on.
    package func check(isCreated: Bool, isEmptyBelieved: Bool, isMember: Bool) throws(StorageError) {
        try requireFolder("dataDir", dataDir, data, isCreated)
        if !isOne { try requireFolder("dataLogDir", dataLogDir, log, isCreated) }
        guard log.nodeFile == nil else { return try requireOneHistory() }
        try refuseApachesFolder()
        try refuseHistoryElsewhere()
        guard isEmptyBelieved || isInitialized || isMember else {
            throw StorageError(
                .misplaced,
                "\(logKey)=\(dataLogDir) holds no data, and db.autocreate=false keeps the node from "
                    + "beginning "
                    + "an empty tree: put the node's files back, or create the file "
                    + "\(dataDir)/\(NodePlaces.initialize) to begin without them")
        }
    }

    private var logKey: String { isOne ? "dataDir" : "dataLogDir" }

    private func requireFolder(
        _ key: String, _ path: String, _ content: FolderContent, _ isCreated: Bool
    ) throws(StorageError) {
        switch content.kind {
        case .folder: return
        case .file:
            throw StorageError(.misplaced, "\(key)=\(path) is a file; name a folder, or move the file away")
        case .missing:
            guard !isCreated else { return }
            throw StorageError(
                .misplaced,
                "\(key)=\(path) does not exist, and datadir.autocreate=false keeps the node from making it: "
                    + "mount its disk, or make the folder")
        }
    }

    private func refuseApachesFolder() throws(StorageError) {
        let found = [("dataDir", dataDir, data), ("dataLogDir", dataLogDir, log)]
        for (key, path, content) in found {
            guard let file = content.apacheFile else { continue }
            throw StorageError(
                .misplaced,
                "\(key)=\(path) holds the data of a server of Apache's (\(file)), which this one does "
                    + "not read: `aviary-admin import \(path) --into DIR` makes a folder of it that this one "
                    + "starts on; in an ensemble, an empty folder with the same myid will do while all "
                    + "other voters are up, and the tree is copied from the leader; to begin with an empty "
                    + "tree all the same, move version-2 away")
        }
    }

    private func refuseHistoryElsewhere() throws(StorageError) {
        if !isOne, let file = data.nodeFile {
            throw StorageError(
                .misplaced,
                "dataLogDir=\(dataLogDir) holds no data, but dataDir=\(dataDir) does (\(file)): "
                    + "\(NodePlaces.moving(from: dataDir, to: dataLogDir)), or remove dataLogDir")
        }
        guard let noted, noted.path != NodePlaces.absolute(dataLogDir) else { return }
        let found = noted.content.nodeFile.map { "\($0) is there" } ?? "nothing of it is there now"
        throw StorageError(
            .misplaced,
            "\(logKey)=\(dataLogDir) holds no data: at its last start the node had them in \(noted.path) "
                + "(\(found)); write dataLogDir=\(noted.path), or "
                + "\(NodePlaces.moving(from: noted.path, to: dataLogDir)), or remove the file "
                + "\(dataDir)/\(NodePlaces.note) to begin without them")
    }

    /// Refuses two histories, of which nobody can say which one is meant; one that was moved is fine.
    private func requireOneHistory() throws(StorageError) {
        guard let noted, noted.path != NodePlaces.absolute(dataLogDir), let file = noted.content.nodeFile
        else { return }
        throw StorageError(
            .misplaced,
            "\(logKey)=\(dataLogDir) holds data, but at its last start the node had them in \(noted.path), "
                + "where \(file) still is: write dataLogDir=\(noted.path), or move away the one that is "
                + "older "
                + "(`aviary-admin status` says how far each goes)")
    }

    private static func moving(from source: String, to target: String) -> String {
        "move all log-*.db*, log.db*, snapshot-*.db, acknowledged and must-synchronize "
            + "from \(source) to \(target)"
    }

    /// Warnings: what the operator should hear of and need not stop the node.
    package var warnings: [String] {
        var warnings: [String] = []
        if !isOne, log.nodeFile != nil, let file = data.nodeFile {
            warnings.append(
                "dataDir=\(dataDir) holds a node's data too (\(file)); those in "
                    + "dataLogDir=\(dataLogDir) are used"
            )
        }
        if log.othersMode != 0 {
            let mode = String(log.othersMode | 0o700, radix: 8)
            warnings.append(
                "\(logKey)=\(dataLogDir) is open to other users than this node's (mode \(mode)), and holds "
                    + "all data in clear text; chmod 700 \(dataLogDir)")
        }
        return warnings
    }

    /// Called once the node's own folder is open: remembers where that is, and takes `initialize` away, which
    /// is good for one start.
    package func settle() throws(StorageError) {
        let note = dataDir + "/" + NodePlaces.note
        let home = NodePlaces.absolute(dataLogDir)
        if isOne {
            if noted != nil { try DataDirectory.remove(note) }
        } else if noted?.path != home {
            let directory = try DataDirectory(creating: dataDir)
            try SmallFile.write(home + "\n", to: note)
            try directory.sync()
        }
        if isInitialized { try DataDirectory.remove(dataDir + "/" + NodePlaces.initialize) }
    }

    /// As in Apache.
    private static let initialize = "initialize"
    private static let note = "log-directory"

    /// The absolute path, one spelling for each folder, also for one that is not there yet.
    static func absolute(_ path: String) -> String {
        if let real = realpath(path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        let trimmed = DataDirectory.trimmed(path)
        guard !trimmed.hasPrefix("/"), let current = getcwd(nil, 0) else { return trimmed }
        defer { free(current) }
        return String(cString: current) + "/" + trimmed
    }
}
