package import FolderReading
internal import Storage
package import Vocabulary

/// Whether several nodes' folders hold one history, and where they part if they do not.
///
/// Logs of different lengths, tails that nobody committed, different horizons and snapshots at different
/// places are what crashes leave, and no disagreement.
package struct Comparison: Sendable {
    /// One folder, and what a check of it alone says.
    package struct Node: Sendable {
        package let path: String
        package let state: NodeFolder.State
        package let serverID: String?
        /// The zxid that its log begins after.
        package let start: Zxid
        package let mark: MarkReading
        package internal(set) var check: LogCheck
        package internal(set) var findings: [Finding] = []
        package internal(set) var first: Zxid?
        package internal(set) var last: Zxid?
        /// Transactions that others hold and that came after its end.
        package internal(set) var behind = 0
        /// Transactions that others hold and that its log begins after.
        package internal(set) var trimmed = 0
        /// Where a tail begins that the others went on without, and that nobody knows to be committed.
        package internal(set) var tail: Zxid?
        package internal(set) var tailRows = 0

        /// The last transaction that it has vouched for.
        package var acknowledged: Zxid? {
            if case .read(let mark) = mark { return mark.chain.zxid }
            return nil
        }

        /// Everything up to here it knows to be committed.
        package var committed: Zxid {
            if case .read(let mark) = mark { return mark.committed }
            return .zero
        }

        package var firstBad: Zxid? {
            findings.filter { $0.severity == .damage }.compactMap(\.zxid).min()
        }

        package var isDamaged: Bool { findings.contains { $0.severity == .damage } }
    }

    /// A node's holding at a zxid.
    package enum Holding: Equatable, Sendable {
        case row(WalkedRow)
        /// The log begins after it.
        case trimmed(start: Zxid)
        /// The log ends before it.
        case ended(last: Zxid)
        /// The node went on without: these stand where it should.
        case without(before: Zxid, after: Zxid)
        /// The row that the node had there is lost.
        case lost
        /// The log cannot be read at all.
        case unreadable
    }

    /// Where two histories part for good.
    package struct Divergence: Equatable, Sendable {
        package enum Kind: Equatable, Sendable {
            /// Two rows of one zxid say different things.
            case content
            /// One has a row that the other went on without, and both vouch for what they have.
            case history
        }

        package let zxid: Zxid
        package let kind: Kind
        /// In the order of the nodes.
        package let holdings: [Holding]
    }

    package internal(set) var nodes: [Node]
    /// Transactions that at least two nodes hold, and all who do hold alike.
    package internal(set) var agreed = 0
    package internal(set) var firstAgreed: Zxid?
    package internal(set) var lastAgreed: Zxid?
    /// Transactions that every node holds.
    package internal(set) var heldByAll = 0
    package internal(set) var lastHeldByAll: Zxid?
    /// The first place where they part; what is behind it is compared with nothing.
    package internal(set) var divergence: Divergence?
    /// Whether rows had to be compared by what they say, since their chains begin behind other snapshots.
    package internal(set) var isByContent = false
    /// Snapshots that disagree with a row's digest, or with one another.
    package internal(set) var snapshotFindings: [Finding] = []
    package internal(set) var snapshotsCompared = 0
    /// Oddities that are no disagreement.
    package internal(set) var notes: [String] = []
    /// Whether what is known to be committed is held by too few.
    package internal(set) var isShortOfQuorum = false

    package var isDamaged: Bool { nodes.contains { $0.isDamaged } }
    /// One history, whole in each folder as far as it goes.
    package var isAgreement: Bool {
        divergence == nil && !isDamaged && snapshotFindings.isEmpty && !isShortOfQuorum
    }

    init(nodes: [Node]) {
        self.nodes = nodes
    }

    /// Compares `folders` with one another.
    ///
    /// - Parameter areAllVoters: these folders are those of all who vote: what is committed must be in more
    ///   than half of them.
    /// - Throws: `InspectionError.usage` for fewer than two folders.
    package static func run(
        over folders: [NodeFolder], areAllVoters: Bool = false, progress: Progress = Progress()
    ) throws -> Comparison {
        guard folders.count > 1 else {
            throw InspectionError(.usage, "name two folders at least, to be compared with one another")
        }
        var comparison = try Comparing(folders, areAllVoters: areAllVoters, progress).run()
        var attempts = 1
        // Their leader may have cut a log between two pieces of it.
        while !comparison.isAgreement, folders.contains(where: \.isRunning), attempts < 3 {
            comparison = try Comparing(folders, areAllVoters: areAllVoters, progress).run()
            attempts += 1
        }
        for folder in folders { try folder.requireUnchanged() }
        return comparison
    }
}
