package import Vocabulary

/// One thing that is measured, under ZooKeeper's name for it: `mntr`, the admin server and Prometheus are
/// told the same, each in its own form.
package struct MetricFamily: Sendable {
    package enum Value: Sendable {
        case gauge(Int64)
        /// An average.
        case average(Double)
        /// Only rises, until the process ends.
        case counter(Int64)
        case summary(Summary)
    }

    package let name: String
    package let value: Value

    package init(_ name: String, _ value: Value) {
        self.name = name
        self.value = value
    }
}

extension MetricFamily {
    /// One number each, as Apache's server prints them without Prometheus: of a summary five.
    package var lines: [(name: String, number: String)] {
        switch value {
        case .gauge(let number), .counter(let number): [(name, "\(number)")]
        case .average(let number): [(name, JavaText.number(number))]
        case .summary(let summary):
            [
                ("avg_\(name)", JavaText.number(summary.average)), ("min_\(name)", "\(summary.min)"),
                ("max_\(name)", "\(summary.max)"), ("cnt_\(name)", "\(summary.count)"),
                ("sum_\(name)", "\(summary.sum)"),
            ]
        }
    }
}
