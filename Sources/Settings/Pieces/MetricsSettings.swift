/// Where metrics are served over HTTP.
package struct MetricsSettings: Equatable, Sendable {
    /// Whether `metricsProvider.className` names the Prometheus provider.
    package var isPrometheusEnabled = false
    /// `metricsProvider.httpHost`.
    package var address = "0.0.0.0"
    /// `metricsProvider.httpPort`.
    package var port = 7000
}

extension MetricsSettings {
    init(_ entries: Entries) throws(SettingsError) {
        address = entries.word("metricsProvider.httpHost") ?? "0.0.0.0"
        port = try entries.port("metricsProvider.httpPort") ?? 7000
        let classes = [
            "org.apache.zookeeper.metrics.impl.DefaultMetricsProvider": false,
            "org.apache.zookeeper.metrics.impl.NullMetricsProvider": false,
            "org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider": true,
        ]
        guard let name = entries.word("metricsProvider.className") else { return }
        guard let isPrometheus = classes[name] else {
            throw entries.invalid(
                "metricsProvider.className", "names a Java class that this server has nothing for",
                "remove it, or write org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider")
        }
        isPrometheusEnabled = isPrometheus
    }
}
