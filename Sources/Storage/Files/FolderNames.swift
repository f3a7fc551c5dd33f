internal import Glibc

package enum FolderNames {
    /// The names in any folder of the machine, without `.` and `..`, in the system's order.
    package static func all(in path: String) throws(StorageError) -> [String] {
        guard let entries = opendir(path) else {
            throw StorageError(errno: errno, doing: "list the folder", file: path)
        }
        defer { closedir(entries) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw StorageError(errno: errno, doing: "list the folder", file: path) }
        return names
    }
}
