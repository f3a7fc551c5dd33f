/// A bucket of tokens that connect requests take from, refilled over time.
package struct ConnectionThrottleSettings: Equatable, Sendable {
    /// `connection_throttle_tokens`, 0 for no throttle.
    package var tokens = 0
    /// `connection_throttle_fill_time`.
    package var fillIntervalMs = 1
    /// `connection_throttle_fill_count`.
    package var fillCount = 1
    /// `connection_throttle_freeze_time`, between adjustments of the chance to be dropped; nil for none.
    package var freezeMs: Int?
    /// `connection_throttle_drop_increase`.
    package var dropIncrease = 0.02
    /// `connection_throttle_drop_decrease`.
    package var dropDecrease = 0.002
    /// `connection_throttle_decrease_ratio`.
    package var decreaseRatio = 0.0
    /// `connection_throttle_weight_enabled`: whether the kinds of session cost differently.
    package var isWeighted = false
    /// `connection_throttle_global_session_weight`.
    package var globalSessionWeight = 3
    /// `connection_throttle_renew_session_weight`.
    package var renewSessionWeight = 2
    /// `connection_throttle_local_session_weight`.
    package var localSessionWeight = 1
}

extension ConnectionThrottleSettings {
    init(_ entries: Entries) throws(SettingsError) {
        func count(_ name: String, default standard: Int, _ meaning: String) throws(SettingsError) -> Int {
            try entries.integer("connection_throttle_\(name)", default: standard, meaning)
        }
        tokens = try count("tokens", default: 0, "a number of connect requests")
        fillIntervalMs = try count("fill_time", default: 1, "milliseconds")
        fillCount = try count("fill_count", default: 1, "a number of connect requests")
        freezeMs = try entries.optional("connection_throttle_freeze_time", "milliseconds")
        dropIncrease = try entries.fraction("connection_throttle_drop_increase", default: 0.02)
        dropDecrease = try entries.fraction("connection_throttle_drop_decrease", default: 0.002)
        decreaseRatio = try entries.fraction("connection_throttle_decrease_ratio", default: 0)
        isWeighted = try entries.flag("connection_throttle_weight_enabled", default: false)
        globalSessionWeight = try count("global_session_weight", default: 3, "a number of tokens")
        renewSessionWeight = try count("renew_session_weight", default: 2, "a number of tokens")
        localSessionWeight = try count("local_session_weight", default: 1, "a number of tokens")
    }
}
