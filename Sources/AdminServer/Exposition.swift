internal import Console
internal import Vocabulary

/// The metrics of a node in the text format of Prometheus, in the words of Apache's provider: its names and
/// types, the name as its own help, every number a double. Behind them come Aviary's own, and the names that
/// dashboards ask for in vain.
struct Exposition {
    /// Samples that are asked for by name; empty for all.
    let names: Set<String>
    private(set) var text = ""

    private typealias Sample = (name: String, labels: String, value: Double)

    init(_ report: NodeReport, names: Set<String>) {
        self.names = names
        for family in report.metricFamilies + report.ownFamilies + MetricFamily.absent { add(family) }
    }

    private mutating func add(_ family: MetricFamily) {
        let samples = Exposition.samples(of: family)
        let wanted = names.isEmpty ? samples : samples.filter { names.contains($0.name) }
        guard !wanted.isEmpty else { return }
        text += "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.value.typeName)\n"
        for sample in wanted {
            let labels = sample.labels.isEmpty ? "" : "{\(sample.labels)}"
            text += "\(sample.name)\(labels) \(JavaText.number(sample.value))\n"
        }
    }

    private static func samples(of family: MetricFamily) -> [Sample] {
        let name = family.name
        switch family.value {
        case .gauge(let number), .counter(let number): return [(name, "", Double(number))]
        case .average(let number), .total(let number): return [(name, "", number)]
        case .summary(let summary, let quantiles):
            return quantiles.map { (name, "quantile=\"\(JavaText.number($0.share))\"", $0.value) }
                + [("\(name)_count", "", Double(summary.count)), ("\(name)_sum", "", Double(summary.sum))]
        case .gauges(let label, let numbers):
            return numbers.map { (name, "\(label)=\"\($0.value)\"", $0.number) }
        case .histograms(let label, let histograms, let unit):
            return histograms.flatMap { value, histogram in
                samples(of: histogram, name, label.map { "\($0)=\"\(value)\"" } ?? "", unit)
            }
        }
    }

    /// Each range counts those below it, too.
    private static func samples(
        of histogram: Histogram, _ name: String, _ labels: String, _ secondsPerUnit: Double
    ) -> [Sample] {
        let prefix = labels.isEmpty ? "" : labels + ","
        var samples: [Sample] = []
        var below: Int64 = 0
        for index in 0..<Histogram.boundCount {
            below += histogram[index]
            let bound = JavaText.number(Double(Histogram.bound(index)) * secondsPerUnit)
            samples.append(("\(name)_bucket", "\(prefix)le=\"\(bound)\"", Double(below)))
        }
        let count = Double(histogram.count)
        samples.append(("\(name)_bucket", "\(prefix)le=\"+Inf\"", count))
        samples.append(("\(name)_count", labels, count))
        samples.append(("\(name)_sum", labels, Double(histogram.sum) * secondsPerUnit))
        return samples
    }
}

extension MetricFamily.Value {
    fileprivate var typeName: String {
        switch self {
        case .gauge, .average, .gauges: "gauge"
        case .counter, .total: "counter"
        case .summary: "summary"
        case .histograms: "histogram"
        }
    }
}
