package import Vocabulary

/// The single numbers that live in a segment beside its rows, so that one commit covers both.
package struct NodeNumbers: Equatable, Sendable {
    /// The highest epoch that the node has promised to a leader.
    package var acceptedEpoch = Epoch.zero
    /// The epoch of the leader that it last followed or was.
    package var currentEpoch = Epoch.zero
    /// The position that the log begins after: zero for a log that has everything.
    package var start = RowChain.empty
    /// Whether they were ever written: of a segment that counts for nothing yet, none was.
    package private(set) var areWritten = false

    /// Whether they say that nothing was ever promised or kept: as they are at first, written or not.
    var areOfNothing: Bool { acceptedEpoch == .zero && currentEpoch == .zero && start == .empty }

    /// The numbers of a log that never held anything.
    package init() {}

    /// Reads them; a number that was never written is zero.
    ///
    /// - Throws: `corrupt` when one does not match its checksum.
    package init(of database: borrowing Database) throws(StorageError) {
        let rows = try database.prepare("SELECT name, value, checksum FROM node")
        var startZxid = Zxid.zero
        var startChecksum: UInt64 = 0
        while try rows.step() {
            areWritten = true
            let name = rows.text(0)
            let value = rows.int64(1)
            guard rows.int64(2) == NodeNumbers.checksum(name, value) else {
                throw StorageError(
                    .corrupt,
                    "\(database.path): the number \(name) of table node is damaged; \(StorageError.restore)")
            }
            switch name {
            case "accepted_epoch": acceptedEpoch = Epoch(rawValue: Int32(truncatingIfNeeded: value))
            case "current_epoch": currentEpoch = Epoch(rawValue: Int32(truncatingIfNeeded: value))
            case "start_zxid": startZxid = Zxid(rawValue: value)
            case "start_checksum": startChecksum = UInt64(bitPattern: value)
            default:
                throw StorageError(
                    .corrupt, "\(database.path): table node has no number \(name); \(StorageError.restore)")
            }
        }
        start = RowChain(zxid: startZxid, checksum: startChecksum)
    }

    /// Writes them all, within the caller's transaction.
    package func write(with statement: borrowing Statement) throws(StorageError) {
        let numbers: [(String, Int64)] = [
            ("accepted_epoch", Int64(acceptedEpoch.rawValue)),
            ("current_epoch", Int64(currentEpoch.rawValue)),
            ("start_zxid", start.zxid.rawValue),
            ("start_checksum", Int64(bitPattern: start.checksum)),
        ]
        for (name, value) in numbers {
            statement.bind(name, at: 1)
            statement.bind(value, at: 2)
            statement.bind(NodeNumbers.checksum(name, value), at: 3)
            try statement.run()
        }
    }

    private static func checksum(_ name: String, _ value: Int64) -> Int64 {
        let seed = withUnsafeBytes(of: value.littleEndian) { XXHash64.hash($0, seed: 0) }
        return Int64(bitPattern: Array(name.utf8).withUnsafeBytes { XXHash64.hash($0, seed: seed) })
    }
}
