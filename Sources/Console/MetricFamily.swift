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
        /// With quantiles where they are kept.
        case summary(Summary, [(share: Double, value: Double)] = [])
        /// A counter that is no whole number.
        case total(Double)
        /// One number for each value of a label.
        case gauges(label: String, [(value: String, number: Double)])
        /// Ranges of seconds, for each value of a label.
        case histograms(label: String?, [(value: String, Histogram)], secondsPerUnit: Double)
    }

    package let name: String
    package let value: Value
    /// In words; the name again where it is Apache's.
    package let help: String

    package init(_ name: String, _ value: Value, help: String? = nil) {
        self.name = name
        self.value = value
        self.help = help ?? name
    }
}

extension MetricFamily {
    /// One number each, as Apache's server prints them without Prometheus: of a summary five.
    package var lines: [(name: String, number: String)] {
        switch value {
        case .gauge(let number), .counter(let number): [(name, "\(number)")]
        case .average(let number): [(name, JavaText.number(number))]
        case .total(let number): [(name, JavaText.number(number))]
        case .gauges, .histograms: []
        case .summary(let summary, _):
            [
                ("avg_\(name)", JavaText.number(summary.average)), ("min_\(name)", "\(summary.min)"),
                ("max_\(name)", "\(summary.max)"), ("cnt_\(name)", "\(summary.count)"),
                ("sum_\(name)", "\(summary.sum)"),
            ]
        }
    }
}
