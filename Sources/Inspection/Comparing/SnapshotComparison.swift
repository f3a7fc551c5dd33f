import FolderReading
import Storage
import Vocabulary
import Znodes

/// Claims of snapshots about themselves, beside one another and beside the digests in the logs.
struct SnapshotComparison {
    private struct Claim {
        let node: Int
        let path: String
        let digest: UInt64
        /// Received from another server, which may have changed its tree while it wrote it: the log begins
        /// behind it, or has not come to it.
        let isForeign: Bool
    }

    private var claims: [Zxid: [Claim]] = [:]
    private var digests: [Zxid: UInt64] = [:]
    private var faults: [(node: Int, finding: Finding)] = []

    init(_ folders: [NodeFolder]) throws {
        for (index, folder) in folders.enumerated() {
            // Absence is the meaning: damaged numbers are a finding of the node's own.
            let start = try? folder.start()
            let last = (try? folder.log().row(atOrBefore: Zxid(rawValue: .max))?.zxid) ?? start?.zxid ?? .zero
            for zxid in try folder.snapshots() {
                do {
                    let summary = try SnapshotSummary(claimedIn: folder, at: zxid)
                    claims[zxid, default: []].append(
                        Claim(
                            node: index, path: folder.path, digest: summary.digest,
                            isForeign: zxid > last || start == RowChain(afterSnapshot: zxid)))
                } catch {
                    faults.append((index, Finding(.damage, .snapshot(zxid), error.finding)))
                }
            }
        }
    }

    /// A row that all who hold it hold alike.
    mutating func note(_ row: WalkedRow) {
        guard claims[row.row.zxid] != nil, row.fault?.sparesContent ?? true,
            let digest = LogEntry(row).transaction?.digest
        else { return }
        digests[row.row.zxid] = digest
    }

    func finish(_ comparison: inout Comparison) {
        for fault in faults { comparison.nodes[fault.node].findings.append(fault.finding) }
        for (zxid, claims) in claims.sorted(by: { $0.key < $1.key }) {
            let own = claims.filter { !$0.isForeign }
            comparison.snapshotsCompared += own.count
            if let digest = digests[zxid] {
                for claim in own where claim.digest != digest {
                    comparison.snapshotFindings.append(
                        Finding(
                            .damage, .snapshot(zxid), at: zxid,
                            "\(claim.path): the snapshot has the digest \(claim.digest), but the leader had "
                                + "\(digest) after \(zxid)"))
                }
            } else if let first = own.first, let other = own.first(where: { $0.digest != first.digest }) {
                comparison.snapshotFindings.append(
                    Finding(
                        .damage, .snapshot(zxid), at: zxid,
                        "the snapshots of \(first.path) and \(other.path) are different trees: digests "
                            + "\(first.digest) and \(other.digest)"))
            }
        }
    }
}
