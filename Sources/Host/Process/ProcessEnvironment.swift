internal import Glibc
internal import Settings
internal import Storage
internal import Vocabulary

/// Facts that the operating system knows of this process and its directories.
///
/// Asking takes microseconds, but for a folder with many files.
package enum ProcessEnvironment {
    /// For `envi`, under the names Java gives these. Tools look for all of them; what only a Java machine has
    /// says what there is in its place.
    package static func environment() -> [(key: String, value: String)] {
        let system = systemNames()
        let user = currentUser()
        let memory = memoryMB()
        return [
            ("host.name", system.host), ("java.version", "none (a program in Swift \(compilerVersion))"),
            ("java.vendor", "none (Aviary)"), ("java.home", "none"),
            ("java.class.path", "none (\(program()))"),
            ("java.library.path", variable("LD_LIBRARY_PATH") ?? "none"),
            ("java.io.tmpdir", variable("TMPDIR") ?? "/tmp"), ("java.compiler", "<NA>"),
            ("os.name", system.name), ("os.arch", system.machine),
            ("os.version", system.release), ("user.name", user.name), ("user.home", user.home),
            ("user.dir", workingDirectory()), ("os.memory.free", "\(memory.free)MB"),
            ("os.memory.max", "\(memory.total)MB"), ("os.memory.total", "\(memory.total)MB"),
        ]
    }

    /// Descriptors in use, sockets included.
    package static func openFileDescriptors() -> Int64 {
        // One of them is the folder being read.
        max(0, Int64(entries(of: "/proc/self/fd").count) - 1)
    }

    package static func maxFileDescriptors() -> Int64 {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        return Int64(clamping: limit.rlim_cur)
    }

    /// Lets the process have as many descriptors as it may: what is set for users is a limit for shells.
    package static func raiseFileDescriptorLimit() {
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(files, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        // Where the system allows no more, what there is must do.
        setrlimit(files, &limit)
    }

    /// Bytes of all files below `path`; 0 when there is nothing.
    package static func directoryBytes(_ path: String) -> Int64 {
        var status = stat()
        guard lstat(path, &status) == 0 else { return 0 }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return Int64(status.st_size)
        case S_IFDIR: return entries(of: path).reduce(0) { $0 + directoryBytes("\(path)/\($1)") }
        default: return 0
        }
    }

    /// Bytes that the file system of `path` has left for users who are not root; 0 where it cannot be asked.
    static func freeBytes(at path: String) -> Int64 {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return 0 }
        return Int64(clamping: UInt64(status.f_bavail) &* UInt64(status.f_frsize))
    }

    /// The newest of the complete snapshots in a node's folder, by its name.
    static func lastSnapshot(in path: String) -> (zxid: Zxid, takenSeconds: Int64)? {
        // The names sort as the zxids do.
        guard let name = entries(of: path).filter({ DataDirectory.snapshotZxid($0) != nil }).max(),
            let zxid = DataDirectory.snapshotZxid(name)
        else { return nil }
        var status = stat()
        guard lstat("\(path)/\(name)", &status) == 0 else { return nil }
        return (zxid, Int64(status.st_mtim.tv_sec))
    }

    /// The path as seen from the root, as far as the working directory says; links stay.
    package static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(workingDirectory())/\(path)"
    }

    private static var compilerVersion: String {
        #if compiler(>=6.3)
        "6.3 or later"
        #else
        "6.2"
        #endif
    }

    /// Where the program lies.
    private static func program() -> String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes in
            guard let start = bytes.bindMemory(to: CChar.self).baseAddress else { return 0 }
            return readlink("/proc/self/exe", start, bytes.count)
        }
        return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : "<NA>"
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    private static func workingDirectory() -> String {
        guard let buffer = getcwd(nil, 0) else { return "<NA>" }
        defer { free(buffer) }
        return String(cString: buffer)
    }

    static func entries(of path: String) -> [String] {
        // A folder that is gone, or may not be looked into, holds nothing.
        (try? FolderNames.all(in: path)) ?? []
    }

    private static func systemNames() -> (host: String, name: String, machine: String, release: String) {
        var names = utsname()
        guard uname(&names) == 0 else { return ("<NA>", "<NA>", "<NA>", "<NA>") }
        let machine = withUnsafeBytes(of: &names.machine) { text(of: $0) }
        return (
            withUnsafeBytes(of: &names.nodename) { text(of: $0) },
            withUnsafeBytes(of: &names.sysname) { text(of: $0) },
            machine == "x86_64" ? "amd64" : machine,
            withUnsafeBytes(of: &names.release) { text(of: $0) }
        )
    }

    private static func currentUser() -> (name: String, home: String) {
        var record = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwuid_r(getuid(), &record, &buffer, buffer.count, &found) == 0, found != nil,
            let name = record.pw_name, let home = record.pw_dir
        else { return ("\(getuid())", "<NA>") }
        return (String(cString: name), String(cString: home))
    }

    /// Memory that the machine could still give, and that it has.
    private static func memoryMB() -> (free: Int, total: Int) {
        guard case .bytes(let bytes) = FileContents(path: "/proc/meminfo") else { return (0, 0) }
        var kibibytes: [Substring: Int] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ")
            if fields.count > 1 { kibibytes[fields[0]] = Int(fields[1]) }
        }
        return ((kibibytes["MemAvailable:"] ?? 0) >> 10, (kibibytes["MemTotal:"] ?? 0) >> 10)
    }

    /// The text before the first zero of a C array.
    private static func text(of bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
