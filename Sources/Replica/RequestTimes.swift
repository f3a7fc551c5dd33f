package import Vocabulary

/// Milliseconds from requests' arrival to their answers, since the start.
package struct RequestTimes: Sendable {
    package private(set) var reads = MeasuredTimes()
    package private(set) var updates = MeasuredTimes()
    private var kinds = [Histogram](repeating: Histogram(), count: RequestKind.allCases.count)

    package subscript(kind: RequestKind) -> Histogram { kinds[kind.rawValue] }

    mutating func add(_ tookMs: Int64, type: Int32, isUpdate: Bool, at now: Instant) {
        if isUpdate {
            updates.add(ms: tookMs, length: tookMs, at: now.monotonicMs)
        } else {
            reads.add(ms: tookMs, length: tookMs, at: now.monotonicMs)
        }
        kinds[RequestKind(type: type).rawValue].add(tookMs)
    }
}
