internal import Glibc

/// The threads of this process, as the kernel sees them.
package enum ProcessThreads {
    /// A line a thread: its name, whether it runs, sleeps or waits for a disk, and what it has used.
    package static func lines() -> [String] {
        // Absence is the meaning: a thread may end while its files are read.
        ProcessEnvironment.entries(of: "/proc/self/task").compactMap { Int32($0) }.sorted().compactMap { id in
            guard let stat = text("/proc/self/task/\(id)/stat"), let close = stat.lastIndex(of: ")"),
                let open = stat.firstIndex(of: "(")
            else { return nil }
            let name = stat[stat.index(after: open)..<close]
            let fields = stat[stat.index(close, offsetBy: 2)...].split(separator: " ")
            guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else {
                return nil
            }
            let seconds = Double((user + system) * 100 / max(1, sysconf(Int32(_SC_CLK_TCK)))) / 100
            let waitsIn = text("/proc/self/task/\(id)/wchan").flatMap {
                $0 == "0" || $0.isEmpty ? nil : " in \($0)"
            }
            return "thread \(id) \(name): \(state(fields[0]))\(waitsIn ?? ""), \(seconds) s of CPU"
        }
    }

    private static func state(_ letter: Substring) -> String {
        switch letter {
        case "R": "runs"
        case "S": "waits"
        case "D": "waits for a disk"
        default: "is in state \(letter)"
        }
    }

    private static func text(_ file: String) -> String? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &bytes, bytes.count)
        return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }
}
