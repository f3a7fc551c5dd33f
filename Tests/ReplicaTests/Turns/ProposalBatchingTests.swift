import Testing
import Vocabulary

@testable import Replica

@Suite struct `A leader's proposals` {
    private var batching = ProposalBatching()
    private static let µs: Int64 = 1000

    private static func zxid(_ counter: Int, epoch: Int32 = 3) -> Zxid {
        Zxid(epoch: Epoch(rawValue: epoch), counter: UInt32(counter))
    }

    /// Microseconds, as everywhere here.
    private mutating func deadline(_ proposed: Int, committed: Int, at now: Int64) -> Int64? {
        batching.deadline(
            proposed: Self.zxid(proposed), committed: Self.zxid(committed), nowNs: now * Self.µs
        ).map { $0 / Self.µs }
    }

    private mutating func passOn(_ proposed: Int, at now: Int64) {
        batching.passOn(proposed: Self.zxid(proposed), nowNs: now * Self.µs)
    }

    /// An epoch that has begun, with one commit that took 400 µs.
    private mutating func begin(with batch: Int) {
        passOn(0, at: 0)
        passOn(batch, at: 100)
        #expect(deadline(batch, committed: batch, at: 500) == 900)
    }

    @Test mutating func `leave at once in an epoch that begins`() {
        passOn(0, at: 0)
        #expect(deadline(1, committed: 0, at: 10) == nil)
        passOn(5, at: 10)
        #expect(batching.deadline(proposed: Self.zxid(1, epoch: 4), committed: .zero, nowNs: 0) == nil)
    }

    @Test mutating func `wait for those under way, and not for ever`() {
        passOn(0, at: 0)
        passOn(5, at: 100)
        #expect(deadline(6, committed: 0, at: 300) == 2100)
        #expect(deadline(7, committed: 4, at: 400) == 2100, "not all of them are committed")
        #expect(deadline(7, committed: 4, at: 2100) == nil)
    }

    @Test mutating func `leave when they are many`() {
        passOn(0, at: 0)
        passOn(5, at: 100)
        let many = 5 + ProposalBatching.proposalsMax
        #expect(deadline(many - 1, committed: 0, at: 200) != nil)
        #expect(deadline(many, committed: 0, at: 200) == nil)
    }

    @Test mutating func `wait behind a commit until as many have come as it answered`() {
        begin(with: 10)
        #expect(deadline(19, committed: 10, at: 600) == 900)
        #expect(deadline(20, committed: 10, at: 600) == nil)
        passOn(20, at: 600)
        // Those that had come before the commit are not the ones it answered.
        #expect(deadline(24, committed: 10, at: 700) == 2600)
        #expect(deadline(24, committed: 20, at: 800) == 1000)
        #expect(deadline(33, committed: 20, at: 900) == 1000)
        #expect(deadline(34, committed: 20, at: 900) == nil)
    }

    @Test mutating func `wait behind a commit for no longer than it took`() {
        begin(with: 10)
        #expect(deadline(16, committed: 10, at: 899) == 900)
        #expect(deadline(16, committed: 10, at: 900) == nil)
        passOn(16, at: 900)
        #expect(deadline(16, committed: 16, at: 9000) == 11_000, "nor longer than the bound")
    }

    @Test mutating func `of one client after the other never wait`() {
        begin(with: 1)
        for number in 2...100 {
            let now = Int64(number) * 1000
            #expect(deadline(number, committed: number - 1, at: now) == nil)
            passOn(number, at: now)
            #expect(deadline(number, committed: number, at: now + 300) == now + 600)
        }
    }

    @Test mutating func `wait behind ever fewer commits where nobody comes back`() {
        begin(with: 3)
        var (last, now) = (3, Int64(500))

        /// Three come and are passed on; the commit takes 300 µs.
        ///
        /// - Parameter areBack: Whether they come behind the commit before, or stood beside it.
        /// - Returns: Whether they had to wait for those who were answered.
        func round(areBack: Bool) -> Bool {
            let isWaiting = deadline(last + (areBack ? 2 : 3), committed: last, at: now) != nil
            now += isWaiting && !areBack ? 300 : 100
            #expect(!isWaiting || deadline(last + 3, committed: last, at: now) == nil)
            passOn(last + 3, at: now)
            last += 3
            now += 300
            if areBack { _ = deadline(last, committed: last, at: now) }
            return isWaiting
        }

        let vain = (1...200).count { _ in round(areBack: false) }
        #expect((1...12).contains(vain))
        // And behind every one again as soon as they do.
        _ = (1...40).count { _ in round(areBack: true) }
        #expect((1...100).count { _ in round(areBack: true) } == 100)
    }
}
