package import FolderReading
internal import Glibc
package import Storage

/// The exchange of a node's folder for another one, with no node in between: it holds the folder's lock.
package struct FolderSwap: ~Copyable {
    private let folder: NodeFolder
    private let before: String
    private let lock: DirectoryLock

    /// `stamp`, with a number behind it where an exchange of the same moment has left any of `names`.
    package static func unusedStamp(_ stamp: String, for names: (_ stamp: String) -> [String]) -> String {
        var unused = stamp
        var number = 1
        while names(unused).contains(where: { access($0, F_OK) == 0 }) {
            number += 1
            unused = "\(stamp)-\(number)"
        }
        return unused
    }

    /// - Parameter before: the name that the folder gets.
    /// - Throws: `locked` while a node runs on it, `misuse` when there is something of that name.
    package init(_ folder: NodeFolder, keepingAs before: String) throws(StorageError) {
        guard access(before, F_OK) != 0 else {
            throw StorageError(.misuse, "\(before) is there already; move it away")
        }
        let lock = try DirectoryLock(folder.directory)
        self.folder = folder
        self.before = before
        self.lock = lock
    }

    /// Copies what lies in the folder and is none of a node's own files, such as `myid`.
    package func copyOthers(into writer: borrowing FolderWriter) throws(StorageError) {
        for name in try folder.directory.names()
        where name != "." && name != ".." && !DataDirectory.isOwn(name) {
            var status = stat()
            guard stat(folder.path + "/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                continue
            }
            try writer.copyFile(name, from: folder.path)
        }
    }

    /// Writes the text before anything is exchanged.
    package func explain(_ text: String, in file: String) throws(StorageError) {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StorageError(errno: errno, doing: "create", file: file) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw StorageError(errno: errno, doing: "write", file: file)
        }
    }

    /// Gives both folders their names.
    package consuming func exchange(for made: String) throws(StorageError) {
        guard rename(folder.path, before) == 0 else {
            throw StorageError(
                errno: errno, doing: "rename to \(before) (what took its place is in \(made))",
                file: folder.path)
        }
        guard rename(made, folder.path) == 0 else {
            throw StorageError(errno: errno, doing: "rename to \(folder.path)", file: made)
        }
        try DataDirectory.syncParent(of: folder.path)
    }
}
