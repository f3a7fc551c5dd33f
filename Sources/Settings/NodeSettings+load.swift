import Glibc

extension NodeSettings {
    /// Reads the configuration file at `path` and the files that it names.
    ///
    /// - Throws: `.unreadable` when there is no such file, else as `parse`.
    package static func load(path: String) throws(SettingsError) -> (
        settings: NodeSettings, warnings: [SettingsWarning]
    ) {
        switch FileContents(path: path) {
        case .bytes(let bytes):
            return try parse(bytes, file: path, reading: FileContents.init(path:))
        case .missing:
            throw SettingsError(
                .unreadable, file: path, problem: "does not exist", remedy: "give the path of a zoo.cfg")
        case .unreadable(let reason):
            throw SettingsError(
                .unreadable, file: path, problem: "cannot be read: \(reason)",
                remedy: "give the path of a readable zoo.cfg")
        }
    }
}

extension FileContents {
    /// No configuration is longer; what is was named by mistake.
    private static let bytesMax = 1 << 20

    package init(path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            self = errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(FileContents.reason(errno))
            return
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: FileContents.bytesMax + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress.map { $0 + count }, $0.count - count)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else {
                self = .unreadable(FileContents.reason(errno))
                return
            }
            if got == 0 { break }
            count += got
        }
        self =
            count > FileContents.bytesMax
            ? .unreadable("it is longer than 1 MiB") : .bytes(Array(bytes[..<count]))
    }

    private static func reason(_ code: CInt) -> String {
        strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }
}
