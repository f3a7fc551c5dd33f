package import Vocabulary

/// Times from a leader's proposal to its commit, of one proposal at a time: the next one that is measured is
/// the first behind the commit of the last.
package struct QuorumTimes: Sendable {
    package private(set) var times = MeasuredTimes()
    private var underWay: (zxid: Zxid, sinceMs: Int64)?

    mutating func recordProposal(_ zxid: Zxid, at now: Instant) {
        if underWay == nil { underWay = (zxid, now.monotonicMs) }
    }

    mutating func recordCommit(_ zxid: Zxid, at now: Instant) {
        guard let underWay, zxid >= underWay.zxid else { return }
        self.underWay = nil
        // Otherwise another leader has taken its place.
        guard zxid == underWay.zxid else { return }
        let tookMs = now.monotonicMs - underWay.sinceMs
        times.add(ms: tookMs, length: tookMs, at: now.monotonicMs)
    }
}
