import Replica
import Testing
import Vocabulary

@Suite struct `When effects leave` {
    private static func zxid(_ counter: UInt32) -> Zxid { Zxid(epoch: Epoch(rawValue: 3), counter: counter) }

    @Test func `the idle disk of a node alone is given many orders early`() {
        var alone = TurnPolicy(isAlone: true)
        #expect(!alone.handsOffEarly(TurnPolicy.earlyWritesCount - 1))
        #expect(alone.handsOffEarly(TurnPolicy.earlyWritesCount))
        alone.handOff(through: 16)
        #expect(alone.writesAtDisk == 16 && !alone.handsOffEarly(100))
        alone.recordStored(through: 16)
        #expect(alone.handsOffEarly(100) && alone.isStored(16))
        #expect(!TurnPolicy(isAlone: false).handsOffEarly(100))
    }

    @Test func `a turn is ended once, and only if something waits for it`() {
        var turns = TurnPolicy(isAlone: true)
        let asked = [false, true, true].map { turns.opensTurn(isAnythingWaiting: $0) }
        #expect(asked == [false, true, false])
        _ = turns.endTurn(isLeading: true, proposed: Self.zxid(1), committed: .zero, nowNs: 0)
        let again = turns.opensTurn(isAnythingWaiting: true)
        #expect(again)
    }

    @Test(arguments: [(false, true), (true, false), (true, true)])
    func `a leader of others alone gathers behind what is under way`(isMember: Bool, isLeading: Bool) {
        var turns = TurnPolicy(isAlone: !isMember)
        turns.passOn(proposed: Self.zxid(1), nowNs: 0)
        let deadline = turns.endTurn(
            isLeading: isLeading, proposed: Self.zxid(2), committed: .zero, nowNs: 1000)
        #expect(deadline == (isMember && isLeading ? ProposalBatching.waitMaxNs : nil))
    }

    @Test func `events wait while the pause behind a slice lasts`() {
        var turns = TurnPolicy(isAlone: true, eventSliceCount: 2)
        turns.endSlice(more: true)
        #expect(!turns.sendsEvents)
        turns.endSlice(more: false)
        #expect(turns.sendsEvents)
    }
}
