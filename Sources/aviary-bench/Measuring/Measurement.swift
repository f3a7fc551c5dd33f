/// The window that counts: from the end of the warm-up to the end of the load.
///
/// Opened and closed by the workload itself, in the turn in which its state changes, so that operations,
/// time and processor time all belong to the same stretch.
struct Measurement {
    let serverPids: [Int32]
    private(set) var startedAt: UInt64 = 0
    private(set) var endedAt: UInt64 = 0
    private(set) var serverBefore: ProcessUsage?
    private(set) var serverAfter: ProcessUsage?
    private(set) var generatorCPUSeconds = 0.0
    /// The longest time within the window in which no reply came, on whatever connection.
    private(set) var longestPauseNanoseconds: UInt64 = 0
    private var lastReplyAt: UInt64 = 0

    init(serverPids: [Int32]) {
        self.serverPids = serverPids
    }

    mutating func open(at now: UInt64) {
        startedAt = now
        lastReplyAt = now
        serverBefore = ProcessUsage.reading(pids: serverPids)
        generatorCPUSeconds = -ProcessUsage.ofThisProcess().cpuSeconds
    }

    /// Notes that a reply came, while the window is open.
    mutating func heard(at now: UInt64) {
        longestPauseNanoseconds = max(longestPauseNanoseconds, now - lastReplyAt)
        lastReplyAt = now
    }

    mutating func close(at now: UInt64) {
        heard(at: now)
        endedAt = now
        serverAfter = ProcessUsage.reading(pids: serverPids)
        generatorCPUSeconds += ProcessUsage.ofThisProcess().cpuSeconds
    }

    var seconds: Double { Double(endedAt - startedAt) / 1e9 }

    /// Processor time the servers used within the window, when their pids were given.
    var serverCPUSeconds: Double? {
        guard let serverBefore, let serverAfter else { return nil }
        return serverAfter.cpuSeconds - serverBefore.cpuSeconds
    }
}
