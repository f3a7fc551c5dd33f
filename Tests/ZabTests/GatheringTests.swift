import Testing
import Vocabulary
import Zab

@Suite struct `A leader's proposals` {
    private var gathering = Gathering()

    private static func zxid(_ counter: UInt32, epoch: Int32 = 3) -> Zxid {
        Zxid(epoch: Epoch(rawValue: epoch), counter: counter)
    }

    private func mayWait(_ proposed: UInt32, committed: UInt32) -> Bool {
        gathering.mayWait(proposed: Self.zxid(proposed), committed: Self.zxid(committed))
    }

    private mutating func passOn(_ proposed: UInt32, committed: UInt32) {
        gathering.passOn(proposed: Self.zxid(proposed), committed: Self.zxid(committed))
    }

    @Test mutating func `leave at once while none are under way`() {
        #expect(!mayWait(1, committed: 0))
        passOn(5, committed: 0)
        passOn(5, committed: 5)
        #expect(!mayWait(6, committed: 5))
    }

    @Test mutating func `wait for those under way, and leave with the first commit`() {
        passOn(0, committed: 0)
        passOn(5, committed: 0)
        #expect(mayWait(6, committed: 0))
        #expect(!mayWait(6, committed: 1), "a commit is to be told")
        passOn(6, committed: 1)
        #expect(mayWait(7, committed: 1))
    }

    @Test mutating func `leave when they are many`() {
        passOn(5, committed: 0)
        passOn(5, committed: 0)
        let last = 5 + UInt32(Gathering.proposalsMax)
        #expect(mayWait(last - 1, committed: 0))
        #expect(!mayWait(last, committed: 0))
    }

    @Test mutating func `wait for none of another reign`() {
        passOn(5, committed: 0)
        #expect(!gathering.mayWait(proposed: Self.zxid(1, epoch: 4), committed: Self.zxid(0)))
    }
}
