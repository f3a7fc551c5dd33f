import Glibc

/// The right to run on a data folder, held as long as this value lives.
///
/// `flock` rather than `fcntl`: it belongs to the open file, so a second store in the same process is refused
/// too, and no other code can drop it by closing a file. The system releases it when the process ends,
/// however it ends; the pid inside the file is for the message only.
package struct DirectoryLock: ~Copyable {
    private let descriptor: Int32

    package init(_ directory: DataDirectory) throws(StorageError) {
        let file = directory.lock
        let opened = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw StorageError(errno: errno, doing: "open the lock file", file: file) }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let owner = DirectoryLock.pid(in: opened)
            close(opened)
            guard code == EWOULDBLOCK else {
                throw StorageError(errno: code, doing: "lock", file: file)
            }
            throw StorageError(
                .locked(by: owner),
                "\(file): process \(owner.map(String.init) ?? "unknown") runs on this folder; "
                    + "stop it, or give this node a dataDir of its own")
        }
        let text = Array("\(getpid())\n".utf8)
        // The lock is held whether or not the pid can be written; a full disk is reported by what needs the
        // room.
        if ftruncate(opened, 0) == 0 { _ = pwrite(opened, text, text.count, 0) }
        self.descriptor = opened
    }

    deinit { close(descriptor) }

    private static func pid(in descriptor: Int32) -> Int32? {
        var text = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &text, text.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: text[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
