package import FolderReading
internal import Printing
internal import Storage
package import Vocabulary

/// History that a node has acknowledged, or may have, and no longer holds in the folder that is made for it.
///
/// The node's vote rests on that: a quorum that counts a server which has forgotten is none. So a folder that
/// gives anything up is marked, and a member that starts on it does not vote before it has a leader's
/// history.
package enum GivenUp: Equatable, Sendable {
    case nothing
    /// All after `after`, up to `through`: so many, or more where whole epochs may be missing.
    case acknowledged(after: Zxid, through: Zxid, count: Int64, isAtLeast: Bool)
    /// Nothing says that the node had not acknowledged more than what stays, which ends there.
    case unknown(after: Zxid)
    /// The row that was acknowledged there is not the one that is kept.
    case another(at: Zxid)

    /// Evidence to go by.
    struct Evidence {
        /// The last transaction that the node had vouched for, where that is known.
        var acknowledged: Zxid?
        /// Whether the row that it vouched for is the one in the log.
        var isHeld: Bool
        /// The log's end, as it is.
        var last: Zxid?
        /// The last row of each epoch that has rows in the log.
        var ends: [Zxid]
        /// Whether no row is missing in the log.
        var isWhole: Bool
    }

    /// - Parameters:
    ///   - start: what the log begins after that is kept; the tree up to there is a snapshot's.
    ///   - end: its last transaction.
    init(keeping start: Zxid, through end: Zxid, _ evidence: Evidence) {
        guard let acknowledged = evidence.acknowledged else {
            self = .unknown(after: end)
            return
        }
        if acknowledged > end {
            self = .acknowledged(
                after: end, through: acknowledged,
                count: GivenUp.count(after: end, through: acknowledged, evidence.ends),
                isAtLeast: end.epoch != acknowledged.epoch && !evidence.isWhole)
        } else if acknowledged > start, !evidence.isHeld {
            self = .another(at: acknowledged)
        } else if let last = evidence.last, last > end {
            // After a power cut the mark may be older than what was acknowledged.
            self = .unknown(after: end)
        } else {
            self = .nothing
        }
    }

    /// Each epoch's counters begin at 1; of how many an epoch had, its last row in the log says what it can.
    private static func count(after: Zxid, through: Zxid, _ ends: [Zxid]) -> Int64 {
        guard after.epoch != through.epoch else { return through.rawValue - after.rawValue }
        let before = ends.reduce(into: Int64(0)) { count, end in
            guard end > after, end.epoch < through.epoch else { return }
            count += Int64(end.counter) - (end.epoch == after.epoch ? Int64(after.counter) : 0)
        }
        return before + Int64(through.counter)
    }
}

extension GivenUp {
    /// History that goes when everything after `zxid` is cut off.
    package static func byTruncating(_ folder: NodeFolder, after zxid: Zxid) throws -> GivenUp {
        let log = try folder.log()
        let start = try folder.start()
        let end = try folder.zxid(of: nil)
        var evidence = Evidence(
            isHeld: false, last: end, ends: try log.reigns().map(\.last), isWhole: false)
        if case .read(let mark) = try folder.mark() {
            evidence.acknowledged = mark.chain.zxid
            evidence.isHeld = try log.chain(atOrBefore: mark.chain.zxid) ?? start == mark.chain
            evidence.isWhole = mark.chain.zxid <= end
        }
        return GivenUp(keeping: start.zxid, through: zxid, evidence)
    }

    /// Which transactions, as a part of a sentence; nil: none.
    package var words: String? {
        switch self {
        case .nothing: nil
        case .acknowledged(let after, let through, let count, let isAtLeast):
            (isAtLeast ? "at least " : "") + count.counted("transaction")
                + " that this node had acknowledged, after \(after) up to \(through)"
        case .unknown(let after):
            "whatever this node had acknowledged after \(after): nothing says how far it had"
        case .another(let zxid):
            "the history that this node had acknowledged at \(zxid): what is kept is another one"
        }
    }
}
