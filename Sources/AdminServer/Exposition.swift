internal import Console
internal import Vocabulary

/// The metrics of a node in the text format of Prometheus, in the words of Apache's provider: its names and
/// types, the name as its own help, every number a double.
///
/// A summary has its count and its sum; there are no quantiles where none are kept.
struct Exposition {
    /// Samples that are asked for by name; empty for all.
    let names: Set<String>
    private(set) var text = ""

    init(_ report: NodeReport, names: Set<String>) {
        self.names = names
        for family in report.metricFamilies { add(family) }
    }

    private mutating func add(_ family: MetricFamily) {
        let name = family.name
        switch family.value {
        case .gauge(let number): add(name, "gauge", [(name, Double(number))])
        case .average(let number): add(name, "gauge", [(name, number)])
        case .counter(let number): add(name, "counter", [(name, Double(number))])
        case .summary(let summary):
            add(
                name, "summary",
                [("\(name)_count", Double(summary.count)), ("\(name)_sum", Double(summary.sum))])
        }
    }

    private mutating func add(_ name: String, _ type: String, _ samples: [(name: String, value: Double)]) {
        let wanted = samples.filter { names.isEmpty || names.contains($0.name) }
        guard !wanted.isEmpty else { return }
        text += "# HELP \(name) \(name)\n# TYPE \(name) \(type)\n"
        for sample in wanted { text += "\(sample.name) \(JavaText.number(sample.value))\n" }
    }
}
