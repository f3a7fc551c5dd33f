internal import Glibc

/// The memory that this process may count on.
enum MachineMemory {
    /// Bytes that the machine has, or that its control group lets it have, if those are fewer.
    static var bytes: Int {
        let all = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        return min(all, controlGroupBytes ?? all)
    }

    /// Bytes that may be kept for clients that do not read, all of them together: an eighth, and a gibibyte
    /// at most.
    static var unreadBytesMax: Int { min(max(bytes / 8, 128 << 20), 1 << 30) }

    private static var controlGroupBytes: Int? {
        guard let file = fopen("/sys/fs/cgroup/memory.max", "r") else { return nil }
        defer { fclose(file) }
        var text = [CChar](repeating: 0, count: 32)
        guard fgets(&text, Int32(text.count), file) != nil else { return nil }
        return Int(String(decoding: text.prefix { $0 >= 48 && $0 <= 57 }.map { UInt8($0) }, as: UTF8.self))
    }
}
