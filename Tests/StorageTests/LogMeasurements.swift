import Glibc
import NIOCore
import Storage
import Testing
import Vocabulary

/// What the log costs; figures, not assertions. Run on a quiet machine:
/// `AVIARY_MEASURE=1000000 swift test -c release -Xswiftc -enable-testing --filter Measurements`
@Suite(.serialized, .enabled(if: Environment.number("AVIARY_MEASURE") != nil))
struct `Measurements of the log` {
    let rows = Environment.number("AVIARY_MEASURE") ?? 0

    @Test(arguments: [1, 10, 100, 1000])
    func `appending, from segment to segment`(batch: Int) throws {
        let count = batch == 1 ? min(rows, 20_000) : batch == 10 ? min(rows, 200_000) : rows
        let folder = Folder()
        var store = try folder.open()
        let prepared = Sample.rows(after: .zero, count: count)
        var slowestMs = 0.0
        let start = Clock.now()
        for first in stride(from: 0, to: count, by: batch) {
            let before = Clock.now()
            try store.append(Array(prepared[first..<min(count, first + batch)]))
            slowestMs = max(slowestMs, Clock.now().wallUs - before.wallUs)
        }
        let end = Clock.now()
        let batches = Double((count + batch - 1) / batch)
        let cpu = (end.cpuUs - start.cpuUs) / Double(count)
        let system = (end.systemUs - start.systemUs) / Double(count)
        let wall = (end.wallUs - start.wallUs) / batches
        print(
            "append rows by \(batch): \(cpu.rounded2) µs CPU a row (kernel \(system.rounded2)), "
                + "\(wall.rounded2) µs a batch, "
                + "slowest \((slowestMs / 1000).rounded2) ms, \(store.sizes)")
        try store.close()
        try replay(folder, count)
    }

    private func replay(_ folder: Folder, _ count: Int) throws {
        let start = Clock.now()
        var store = try folder.open()
        let opened = Clock.now()
        var bytes = 0
        try store.replay(after: .zero) { bytes += $0.body.readableBytes }
        let end = Clock.now()
        let each = (end.cpuUs - opened.cpuUs) / Double(count)
        let rate = Double(count) / (end.wallUs - opened.wallUs)
        print(
            "replay \(count) rows: open \((opened.wallUs - start.wallUs).rounded2) µs, "
                + "\(each.rounded2) µs CPU a row, \(rate.rounded2) M rows/s, \(bytes) body bytes")
    }
}

private struct Clock {
    var cpuUs: Double
    /// The part of `cpuUs` that the kernel took.
    var systemUs: Double
    var wallUs: Double

    static func now() -> Clock {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Clock(
            cpuUs: microseconds(CLOCK_PROCESS_CPUTIME_ID),
            systemUs: Double(usage.ru_stime.tv_sec) * 1e6 + Double(usage.ru_stime.tv_usec),
            wallUs: microseconds(CLOCK_MONOTONIC))
    }

    private static func microseconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }
}

extension Double {
    fileprivate var rounded2: Double { (self * 100).rounded() / 100 }
}

/// Numbers that choose the long form of a test.
enum Environment {
    static func number(_ name: String) -> Int? {
        getenv(name).flatMap { Int(String(cString: $0)) }
    }
}
