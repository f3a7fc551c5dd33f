internal import DequeModule
internal import Vocabulary

/// The usage that proposed changes will add to subtrees with a quota, over what the tree has counted.
struct PendingQuota {
    struct Usage: Equatable {
        var znodes: Int64 = 0
        var bytes: Int64 = 0
    }

    private struct Step {
        let zxid: Zxid
        let subtree: ZnodePath
        let usage: Usage
    }

    private var sums: [ZnodePath: Usage] = [:]
    private var order: Deque<Step> = []

    func usage(of subtree: ZnodePath) -> Usage { sums[subtree] ?? Usage() }

    mutating func add(znodes: Int, bytes: Int, to subtree: ZnodePath, by zxid: Zxid) {
        let usage = Usage(znodes: Int64(znodes), bytes: Int64(bytes))
        sums[subtree, default: Usage()].znodes += usage.znodes
        sums[subtree, default: Usage()].bytes += usage.bytes
        order.append(Step(zxid: zxid, subtree: subtree, usage: usage))
    }

    /// Takes back what `zxid`, the last proposal, adds.
    mutating func rollBack(_ zxid: Zxid) {
        while let last = order.last, last.zxid == zxid { subtract(order.removeLast()) }
    }

    /// The tree counts it from now on.
    mutating func drop(through zxid: Zxid) {
        while let first = order.first, first.zxid <= zxid { subtract(order.removeFirst()) }
    }

    private mutating func subtract(_ step: Step) {
        sums[step.subtree]?.znodes -= step.usage.znodes
        sums[step.subtree]?.bytes -= step.usage.bytes
        if sums[step.subtree] == Usage() { sums[step.subtree] = nil }
    }
}
