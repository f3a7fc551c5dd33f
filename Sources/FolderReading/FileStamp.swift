import Glibc

/// Which file has a name, and whether it is still what it was.
package struct FileStamp: Equatable {
    let inode: UInt64
    private let size: Int
    private let seconds: Int
    private let nanoseconds: Int

    /// nil: none has it.
    package init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        inode = UInt64(status.st_ino)
        size = Int(status.st_size)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }

    init?(_ file: SegmentFile) { self.init(file.path) }
}
