/// The schemas' history: every SQL file of this folder, in the order it is applied.
package enum Migrations {
    /// Of every `log-<zxid>.db`, a segment of the transaction log.
    package static let log: [(name: String, sql: [UInt8])] = [
        ("v0001-log", PackageResources.v0001_log_sql),
        ("v0002-segment", PackageResources.v0002_segment_sql),
    ]

    /// Of every `snapshot-<zxid>.db`.
    package static let snapshot: [(name: String, sql: [UInt8])] = [
        ("v0001-snapshot", PackageResources.v0001_snapshot_sql)
    ]
}
