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
    /// Connections that a limit left no room for.
    package var refusedConnections: Int64 = 0
    var syncTimes: SyncTimes
    /// The log as the start found it, and how long that took.
    package var replayed = Recovery.Replayed()

    package init(_ settings: NodeSettings) {
        syncTimes = SyncTimes(
            slowMs: Int64(settings.storage.slowSyncMs), serverID: settings.serverID ?? 0)
    }
}
