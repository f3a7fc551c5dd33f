internal import Glibc

/// A folder that is gone with the test: on a real disk, unless `TMPDIR` says otherwise, as for campaigns
/// whose faults are not the disk's own.
///
/// A disk that fails here ends the process: what a test says of files that were not written is worth nothing,
/// and no test is about these calls.
package final class TemporaryFolder {
    package let path: String

    /// - Parameters:
    ///   - name: What the folder is for: part of its name.
    ///   - isInMemory: Of a test that makes thousands of files, and asks nothing of a disk.
    package init(_ name: String, isInMemory: Bool = false) {
        let usual = isInMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/var/tmp"
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? usual
        var template = Array("\(parent)/aviary-\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary folder: errno \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { TemporaryFolder.remove(path) }

    /// Removes a folder with everything in it.
    package static func remove(_ path: String) {
        for name in names(in: path) where unlink(path + "/" + name) != 0 { remove(path + "/" + name) }
        rmdir(path)
    }

    /// In order; empty where there is no such folder.
    package static func names(in folder: String) -> [String] {
        guard let entries = opendir(folder) else { return [] }
        defer { closedir(entries) }
        var names: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    package static func read(_ file: String) -> [UInt8]? {
        let descriptor = open(file, O_RDONLY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        var bytes = [UInt8](repeating: 0, count: size)
        guard pread(descriptor, &bytes, size, 0) == size else { return nil }
        return bytes
    }

    package static func write(_ bytes: [UInt8], to file: String) {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o640)
        guard descriptor >= 0 else { fatalError("cannot write \(file): errno \(errno)") }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            fatalError("short write of \(file)")
        }
    }
}
