/// How many requests are in process before others wait, and which of these are given up.
package struct RequestThrottleSettings: Equatable, Sendable {
    /// `request_throttle_max_requests`, 0 for any number.
    package var requestsMax = 0
    /// `request_throttle_stall_time`.
    package var stallMs = 100
    /// `request_throttle_drop_stale`.
    package var areStaleDropped = true
    /// `request_stale_connection_check`.
    package var isConnectionChecked = true
    /// `request_stale_latency_check`.
    package var isLatencyChecked = false
    /// `request_throttler.shutdownTimeout`.
    package var shutdownTimeoutMs = 10_000
}

extension RequestThrottleSettings {
    init(_ entries: Entries) throws(SettingsError) {
        requestsMax = try entries.integer("request_throttle_max_requests", default: 0, "a number of requests")
        stallMs = try entries.integer(
            "request_throttle_stall_time", default: 100, in: 1...Int(Int32.max), "milliseconds")
        areStaleDropped = try entries.flag("request_throttle_drop_stale", default: true)
        isConnectionChecked = try entries.flag("request_stale_connection_check", default: true)
        isLatencyChecked = try entries.flag("request_stale_latency_check", default: false)
        shutdownTimeoutMs = try entries.integer(
            "request_throttler.shutdownTimeout", default: 10_000, "milliseconds")
    }
}
