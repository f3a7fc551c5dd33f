internal import Console
package import Settings
internal import Vocabulary

/// Facts about a server that operators ask for and that its replica does not know.
package struct ServerInfo {
    /// Monotonic milliseconds.
    let startedMs = Instant.now.monotonicMs
    /// The client port that was bound.
    package var clientPort: Int?
    /// A number that operators may set and read back; nothing is traced by it.
    package var traceMask = NodeReport.traceMaskAtStart
    var syncTimes: SyncTimes

    package init(_ settings: NodeSettings) {
        syncTimes = SyncTimes(
            slowMs: Int64(settings.storage.slowSyncMs), serverID: settings.serverID ?? 0)
    }
}
