/// How long sessions may last, and of which kinds they may be.
package struct SessionSettings: Equatable, Sendable {
    /// `minSessionTimeout`, by default two ticks.
    package var minTimeoutMs = 6000
    /// `maxSessionTimeout`, by default twenty ticks.
    package var maxTimeoutMs = 60_000
    /// `closeOutOfTouchClients`: whether a member of an ensemble closes clients whose sessions may end
    /// without its knowledge.
    package var areOutOfTouchClosed = true
    /// `localSessionsEnabled`.
    package var areLocalSessionsEnabled = false
    /// `localSessionsUpgradingEnabled`.
    package var areLocalSessionsUpgraded = false
}

extension SessionSettings {
    init(_ entries: Entries, tickTimeMs: Int) throws(SettingsError) {
        minTimeoutMs = try entries.optional("minSessionTimeout", "milliseconds") ?? tickTimeMs * 2
        maxTimeoutMs = try entries.optional("maxSessionTimeout", "milliseconds") ?? tickTimeMs * 20
        guard minTimeoutMs <= maxTimeoutMs else {
            let key = entries["minSessionTimeout"] == nil ? "maxSessionTimeout" : "minSessionTimeout"
            throw entries.error(
                .conflicting, key,
                "makes the least timeout (\(minTimeoutMs) ms) longer than the greatest (\(maxTimeoutMs) ms)",
                "without the keys they are 2 and 20 times tickTime, which is \(tickTimeMs)")
        }
        areOutOfTouchClosed = try entries.flag("closeOutOfTouchClients", default: true)
        areLocalSessionsEnabled = try entries.flag("localSessionsEnabled", default: false)
        areLocalSessionsUpgraded = try entries.flag("localSessionsUpgradingEnabled", default: false)
    }
}
