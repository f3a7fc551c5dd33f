import Glibc

/// CPU and memory that a process has used so far: read from /proc for servers, from the kernel for ourselves.
struct ProcessUsage {
    /// Processor time in user and kernel mode of all threads, the ended ones too.
    var cpuSeconds: Double
    /// Memory in RAM now.
    var residentBytes: Int

    /// The sum over `pids`, or nil when there are none or one of them cannot be read.
    static func reading(pids: [Int32]) -> ProcessUsage? {
        guard !pids.isEmpty else { return nil }
        var total = ProcessUsage(cpuSeconds: 0, residentBytes: 0)
        for pid in pids {
            guard let one = reading(pid: pid) else { return nil }
            total.cpuSeconds += one.cpuSeconds
            total.residentBytes += one.residentBytes
        }
        return total
    }

    /// The usage of this process; microseconds exact, where /proc counts in hundredths of a second.
    static func ofThisProcess() -> ProcessUsage {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        return ProcessUsage(
            cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
            residentBytes: reading(pid: getpid())?.residentBytes ?? 0)
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }

    private static func reading(pid: Int32) -> ProcessUsage? {
        guard let stat = contents(of: "/proc/\(pid)/stat") else { return nil }
        return ProcessUsage(
            stat: stat, ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))),
            pageBytes: sysconf(Int32(_SC_PAGESIZE)))
    }

    private static func contents(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let read = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(read), as: UTF8.self)
    }
}

extension ProcessUsage {
    /// Reads a line of /proc/PID/stat: fields 14, 15 and 24, counted after the name, which may hold anything.
    init?(stat: String, ticksPerSecond: Double, pageBytes: Int) {
        guard let nameEnd = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: nameEnd)...].split(separator: " ")
        guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
            let pages = Int(fields[21])
        else { return nil }
        self.init(cpuSeconds: (user + system) / ticksPerSecond, residentBytes: pages * pageBytes)
    }
}
