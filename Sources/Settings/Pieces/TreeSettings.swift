/// Settings of what the tree may hold, and of how what nobody needs any more is swept from it.
package struct TreeSettings: Equatable, Sendable {
    /// `extendedTypesEnabled`: TTL znodes.
    package var areExtendedTypesEnabled = false
    /// `enforceQuota`: refuse rather than warn.
    package var areQuotasEnforced = false
    /// `digest.enabled`: keep and compare digests of the tree.
    package var isDigestEnabled = true
    /// `znode.container.checkIntervalMs`: between sweeps for empty containers and outlived TTL znodes.
    package var sweepIntervalMs = 60_000
    /// `znode.container.maxPerMinute`.
    package var sweepPerMinuteMax = 10_000
    /// `znode.container.maxNeverUsedIntervalMs`: age at which a container that never had a child goes; 0 for
    /// never.
    package var containerNeverUsedMs = 0
}

extension TreeSettings {
    init(_ entries: Entries) throws(SettingsError) {
        areExtendedTypesEnabled = try entries.flag("extendedTypesEnabled", default: false)
        areQuotasEnforced = try entries.flag("enforceQuota", default: false)
        isDigestEnabled = try entries.flag("digest.enabled", default: true)
        sweepIntervalMs = try entries.integer(
            "znode.container.checkIntervalMs", default: 60_000, in: 1...Int(Int32.max), "milliseconds")
        sweepPerMinuteMax = try entries.integer(
            "znode.container.maxPerMinute", default: 10_000, in: 1...Int(Int32.max), "a number of znodes")
        containerNeverUsedMs = try entries.integer(
            "znode.container.maxNeverUsedIntervalMs", default: 0, "milliseconds, 0 for never")
    }
}
