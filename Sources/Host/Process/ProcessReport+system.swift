internal import Console
internal import Glibc
internal import Settings

extension ProcessReport {
    /// The process by Linux's account; zeros where it cannot be asked.
    static func current() -> ProcessReport {
        var report = ProcessReport()
        // Behind the name of the program, which may hold blanks, the fields are numbered from 3 on (proc(5)).
        guard case .bytes(let bytes) = FileContents(path: "/proc/self/stat"),
            let nameEnd = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return report }
        let fields = String(decoding: bytes[nameEnd...], as: UTF8.self).split(separator: " ").dropFirst()
        func field(_ number: Int) -> Int64 {
            let index = fields.startIndex + number - 3
            return fields.indices.contains(index) ? Int64(fields[index]) ?? 0 : 0
        }
        let ticksPerSecond = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
        report.cpuSeconds = Double(field(14) + field(15)) / ticksPerSecond
        report.startSeconds = bootSeconds() + Double(field(22)) / ticksPerSecond
        report.virtualBytes = field(23)
        report.residentBytes = field(24) * Int64(sysconf(Int32(_SC_PAGESIZE)))
        return report
    }

    /// When the machine began to run, in seconds since 1970 UTC.
    private static func bootSeconds() -> Double {
        guard case .bytes(let bytes) = FileContents(path: "/proc/stat") else { return 0 }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        let line = lines.first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst("btime ".count)) } ?? 0
    }
}
