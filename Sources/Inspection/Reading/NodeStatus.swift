package import FolderReading
package import Storage
package import Vocabulary

/// A node's status as its folder says it, without reading all of it.
package struct NodeStatus: Sendable {
    package struct Snapshot: Sendable {
        package let zxid: Zxid
        package let bytes: Int64
        /// nil where it does not say what it is.
        package let summary: SnapshotSummary?
        package let fault: String?
        /// Whether a tree can be rebuilt from it: the log goes on behind it.
        package let isUsable: Bool
    }

    package let path: String
    package let state: NodeFolder.State
    package let serverID: String?
    package let numbers: NodeNumbers?
    package let mark: MarkReading
    /// Why a member that starts on it does not vote before a leader has given it its history; nil where it
    /// may.
    package let mustSynchronize: String?
    package let reigns: [LogVisit.Reign]
    /// The files of the log, oldest first.
    package let segments: [SegmentReading]
    package let snapshots: [Snapshot]
    package let sizes: FolderSizes
    package let schemas: [String]
    /// Faults that show at first sight; `verify` looks at everything.
    package let faults: [String]

    package init(of folder: NodeFolder) throws {
        path = folder.path
        state = folder.state
        serverID = folder.serverID
        sizes = folder.sizes
        schemas = NodeFolder.schemas
        mark = try folder.mark()
        mustSynchronize = folder.mustSynchronize
        var faults: [String] = []
        if let fault = folder.logFault { faults.append(fault.finding) }
        do {
            numbers = folder.logFault == nil ? try folder.numbers() : nil
        } catch {
            numbers = nil
            faults.append(error.finding)
        }
        do {
            reigns = folder.logFault == nil ? try folder.log().reigns() : []
        } catch {
            reigns = []
            faults.append(error.finding)
        }
        segments = try folder.segmentReadings()
        if folder.logFault == nil {
            faults += try SegmentCheck(folder, counting: false).findings(with: []).map(\.text)
        }
        let start = (try? folder.start().zxid) ?? folder.namedStart
        let last = reigns.last?.last ?? start
        snapshots = try folder.snapshots().map { zxid in
            NodeStatus.snapshot(zxid, of: folder, isUsable: zxid >= start && zxid <= last)
        }
        faults += NodeStatus.endFaults(of: folder, mark, last: last)
        if start > .zero, !snapshots.contains(where: { $0.isUsable }) {
            faults.append("the log begins after \(start), and no snapshot says what was before")
        }
        self.faults = faults
    }

    private static func snapshot(_ zxid: Zxid, of folder: NodeFolder, isUsable: Bool) -> Snapshot {
        var summary: SnapshotSummary?
        var fault: String?
        do {
            summary = try SnapshotSummary(claimedIn: folder, at: zxid)
        } catch {
            fault = error.finding
        }
        return Snapshot(
            zxid: zxid, bytes: SnapshotSummary.bytes(in: folder, at: zxid), summary: summary, fault: fault,
            isUsable: isUsable)
    }

    /// The comparison that a node makes when it starts: the log's end and what was acknowledged.
    private static func endFaults(of folder: NodeFolder, _ mark: MarkReading, last: Zxid) -> [String] {
        switch mark {
        case .missing:
            return last == .zero
                ? [] : ["the file acknowledged is missing: nothing says how far the log went"]
        case .damaged:
            return ["both copies in the file acknowledged are damaged: nothing says how far the log went"]
        case .read(let acknowledged):
            let zxid = acknowledged.chain.zxid
            if zxid > last {
                return ["the log ends at \(last), but this node has acknowledged up to \(zxid)"]
            }
            // Absence is the meaning: a row that cannot be read has been reported.
            guard folder.logFault == nil, let chain = try? folder.log().chain(atOrBefore: zxid),
                chain.zxid == zxid, chain != acknowledged.chain
            else { return [] }
            return ["the log is not the one that was here: another row at \(zxid)"]
        }
    }

    package var first: LogVisit.Reign? { reigns.first }
    package var last: LogVisit.Reign? { reigns.last }
    package var rows: Int64 { reigns.reduce(0) { $0 + $1.rows } }
}
