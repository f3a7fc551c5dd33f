/// The HTTP side of administration.
package struct AdminSettings: Equatable, Sendable {
    /// `admin.enableServer`.
    package var isEnabled = true
    /// `admin.serverAddress`.
    package var address = "0.0.0.0"
    /// `admin.serverPort`.
    package var port = 8080
    /// `admin.commandURL`.
    package var commandPath = "/commands"
    /// `admin.idleTimeout`.
    package var idleTimeoutMs = 30_000
    /// `admin.rateLimiterIntervalInMS`: between two snapshots or restores asked for.
    package var rateLimitMs = 300_000
    /// `admin.snapshot.enabled`.
    package var isSnapshotEnabled = true
    /// `admin.restore.enabled`.
    package var isRestoreEnabled = true
}

extension AdminSettings {
    init(_ entries: Entries) throws(SettingsError) {
        isEnabled = try entries.flag("admin.enableServer", default: true)
        address = entries.word("admin.serverAddress") ?? "0.0.0.0"
        port = try entries.port("admin.serverPort") ?? 8080
        commandPath = entries.word("admin.commandURL") ?? "/commands"
        idleTimeoutMs = try entries.integer("admin.idleTimeout", default: 30_000, "milliseconds")
        rateLimitMs = try entries.integer("admin.rateLimiterIntervalInMS", default: 300_000, "milliseconds")
        isSnapshotEnabled = try entries.flag("admin.snapshot.enabled", default: true)
        isRestoreEnabled = try entries.flag("admin.restore.enabled", default: true)
    }
}
