internal import Glibc
package import Vocabulary

/// The files of a server of Apache's: its `dataDir`, and its `dataLogDir` where that is another one.
package struct ApacheFolder: Sendable {
    /// The folders that `zoo.cfg` names, above `version-2`.
    package let dataDir: String
    package let logDir: String
    /// Newest first.
    package let snapshots: [SnapshotFile]
    /// In order.
    package let logs: [LogFile]
    /// The epochs that a member of an ensemble notes; nil where there is no file.
    package let acceptedEpoch: Int64?
    package let currentEpoch: Int64?
    /// The first line of `myid`.
    package let serverID: String?

    /// The folder below both that has the files in it.
    package static let version = "version-2"

    /// - Throws: `unsupported` when that is no server's folder; `damaged` for an epoch that is no number.
    package init(dataDir: String, logDir: String? = nil) throws(ApacheFileError) {
        self.dataDir = dataDir
        self.logDir = logDir ?? dataDir
        let snapshotFolder = dataDir + "/" + ApacheFolder.version
        let logFolder = self.logDir + "/" + ApacheFolder.version
        snapshots = try ApacheFolder.names(in: snapshotFolder)
            .compactMap { SnapshotFile(named: $0, in: snapshotFolder) }
            .sorted { ($1.zxid, $0.path) < ($0.zxid, $1.path) }
        logs = try ApacheFolder.names(in: logFolder)
            .compactMap { LogFile(named: $0, in: logFolder) }
            .sorted { $0.zxid < $1.zxid }
        acceptedEpoch = try ApacheFolder.number(in: snapshotFolder + "/acceptedEpoch")
        currentEpoch = try ApacheFolder.number(in: snapshotFolder + "/currentEpoch")
        serverID = try ApacheFolder.text(in: dataDir + "/myid")
    }

    /// The epoch of a server that was stopped before the file had its name. It counts only where the log is
    /// further than `currentEpoch`: old releases wrote it before they had that epoch's history.
    package func unfinishedEpoch() throws(ApacheFileError) -> Int64? {
        try ApacheFolder.number(in: dataDir + "/" + ApacheFolder.version + "/currentEpoch.tmp")
    }

    /// The files in which the transactions after `zxid` are.
    package func logs(after zxid: Zxid) -> [LogFile] {
        let before = logs.lastIndex { $0.zxid.rawValue <= zxid.rawValue &+ 1 }
        return Array(logs[(before ?? logs.startIndex)...])
    }

    private static func names(in folder: String) throws(ApacheFileError) -> [String] {
        guard let stream = opendir(folder) else {
            guard errno == ENOENT || errno == ENOTDIR else {
                throw ApacheFileError(errno: errno, doing: "list", folder)
            }
            throw ApacheFileError(
                .unsupported, folder,
                "there is no such folder: name the one that dataDir in Apache's zoo.cfg names, and with "
                    + "--log the one that dataLogDir names")
        }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) { name in
                    String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        guard errno == 0 else { throw ApacheFileError(errno: errno, doing: "list", folder) }
        return names
    }

    /// nil where there is no such file.
    private static func text(in path: String) throws(ApacheFileError) -> String? {
        guard access(path, F_OK) == 0 else { return nil }
        let file = try FileBytes(path)
        guard file.size <= 4096 else {
            throw ApacheFileError(.damaged, path, "the file is too long for a number")
        }
        return try file.text().prefix { $0 != "\n" && $0 != "\r" && $0 != "\r\n" }.description
    }

    private static func number(in path: String) throws(ApacheFileError) -> Int64? {
        guard let text = try text(in: path) else { return nil }
        guard let number = Int64(text), number >= 0 else {
            throw ApacheFileError(.damaged, path, at: 0, "the file holds no epoch, but \"\(text)\"")
        }
        return number
    }
}
