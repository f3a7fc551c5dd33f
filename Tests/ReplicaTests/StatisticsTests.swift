import Testing
import Vocabulary

@testable import Replica

@Suite struct `What a node counts` {
    @Test func `goes on over a reset where monitors take it for a counter`() {
        var statistics = Statistics()
        statistics.commits = 3
        statistics.connectionRequests = 2
        statistics.authFailures = 1
        statistics.recordProposal(bytes: 100)
        statistics.reset()
        #expect(statistics.commits == 3 && statistics.connectionRequests == 2)
        #expect(statistics.authFailures == 0 && statistics.lastProposalBytes == -1)
    }

    @Test func `measures one proposal at a time until its commit`() {
        var quorum = QuorumTimes()
        let (first, second) = (Zxid(rawValue: 1), Zxid(rawValue: 2))
        quorum.recordProposal(first, at: Instant(monotonicMs: 10, wallMs: 0))
        quorum.recordProposal(second, at: Instant(monotonicMs: 11, wallMs: 0))
        quorum.recordCommit(first, at: Instant(monotonicMs: 15, wallMs: 0))
        quorum.recordCommit(second, at: Instant(monotonicMs: 40, wallMs: 0))
        #expect(quorum.times.summary == Summary(5))
    }

    @Test func `does not measure what another leader committed`() {
        var quorum = QuorumTimes()
        quorum.recordProposal(Zxid(rawValue: 1), at: Instant(monotonicMs: 10, wallMs: 0))
        quorum.recordCommit(Zxid(rawValue: 1 << 32), at: Instant(monotonicMs: 90, wallMs: 0))
        #expect(quorum.times.summary.count == 0)
    }

    @Test func `names what is asked for`() {
        #expect(RequestKind(type: OpCode.create2.rawValue) == .create)
        #expect(RequestKind(type: OpCode.getData.rawValue) == .getData)
        #expect(RequestKind(type: 9999) == .other)
    }
}
