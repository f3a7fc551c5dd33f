/// The counts of a measured window.
struct Tally {
    private(set) var latencies = Histogram()
    private var perOperation = [Histogram?](repeating: nil, count: LoadOperation.allCases.count)
    /// By error code; `lostConnection` stands for requests whose answer never came.
    private(set) var errors: [Int32: Int] = [:]
    /// Replies whose content was compared with what had been written.
    var checkedReplies = 0

    /// Not one of ZooKeeper's codes on the wire; its clients use it for the same thing.
    static let lostConnection: Int32 = -4

    init(operations: [LoadOperation]) {
        for operation in operations { perOperation[operation.index] = Histogram() }
    }

    var operationCount: Int { Int(latencies.count) }

    mutating func record(_ operation: LoadOperation, latency: UInt64) {
        record(latency: latency)
        perOperation[operation.index]?.record(latency)
    }

    mutating func record(latency: UInt64) {
        latencies.record(latency)
    }

    mutating func recordError(_ code: Int32) {
        errors[code, default: 0] += 1
    }

    func latencies(of operation: LoadOperation) -> Histogram? {
        perOperation[operation.index]
    }
}
