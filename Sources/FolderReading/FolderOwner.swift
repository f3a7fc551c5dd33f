import Glibc
import Storage

/// The process that runs on a node's folder, found without touching its lock.
///
/// Taking the lock to see whether it is free, even shared and for an instant, could make a node that starts
/// just then believe that another one runs. So the system is asked who holds it.
package struct FolderOwner: Equatable, Sendable {
    /// nil where the system does not name it.
    package let pid: Int32?

    /// nil: nobody runs on the folder.
    static func find(_ directory: DataDirectory) -> FolderOwner? {
        var status = stat()
        guard stat(directory.lock, &status) == 0 else { return nil }
        let noted = text(of: directory.lock).flatMap { Int32($0.prefix { $0 != "\n" }) }
        let name = "\(major(status.st_dev)):\(minor(status.st_dev)):\(status.st_ino)"
        for line in (text(of: "/proc/locks") ?? "").split(separator: "\n") {
            guard let lock = SystemLock(line), lock.inode == UInt64(status.st_ino) else { continue }
            // Some file systems give the lock another device than the file.
            if lock.file == name || lock.pid == noted { return FolderOwner(pid: lock.pid) }
        }
        guard let noted, holds(noted, directory.lock) else { return nil }
        return FolderOwner(pid: noted)
    }

    /// Whether the process has the file open, as far as we may look at it.
    private static func holds(_ pid: Int32, _ file: String) -> Bool {
        guard let resolved = realpath(file, nil) else { return false }
        defer { free(resolved) }
        let name = String(cString: resolved)
        // Another user's process shows nothing.
        for link in (try? FolderNames.all(in: "/proc/\(pid)/fd")) ?? [] {
            var target = [CChar](repeating: 0, count: 4096)
            let length = readlink("/proc/\(pid)/fd/\(link)", &target, target.count)
            guard length > 0 else { continue }
            if target[..<length].elementsEqual(name.utf8.map { CChar(bitPattern: $0) }) { return true }
        }
        return false
    }

    private static func major(_ device: dev_t) -> String {
        hex((UInt64(device) >> 8) & 0xfff | (UInt64(device) >> 32) & ~0xfff)
    }

    private static func minor(_ device: dev_t) -> String {
        hex(UInt64(device) & 0xff | (UInt64(device) >> 12) & ~0xff)
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return digits.utf8.count < 2 ? "0" + digits : digits
    }

    private static func text(of file: String) -> String? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &piece, piece.count)
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A line of `/proc/locks`: `1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF`.
private struct SystemLock {
    let pid: Int32?
    /// Device and inode, as the file has them.
    let file: String
    let inode: UInt64

    init?(_ line: Substring) {
        let words = line.split(separator: " ")
        guard words.count >= 6, words[1] == "FLOCK", let cut = words[5].lastIndex(of: ":"),
            let inode = UInt64(words[5][words[5].index(after: cut)...])
        else { return nil }
        let pid = Int32(words[4]) ?? 0
        self.pid = pid > 0 ? pid : nil
        self.file = String(words[5])
        self.inode = inode
    }
}
