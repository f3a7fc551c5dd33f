import Testing
import Vocabulary

@Suite struct `A zxid` {
    @Test func `is an epoch above a counter`() {
        let zxid = Zxid(epoch: Epoch(rawValue: 3), counter: 7)
        #expect(zxid.rawValue == 0x3_0000_0007)
        #expect(zxid.epoch == Epoch(rawValue: 3))
        #expect(zxid.counter == 7)
    }

    @Test func `keeps the whole counter apart from the epoch`() {
        let last = Zxid(epoch: Epoch(rawValue: 1), counter: .max)
        #expect(last.epoch == Epoch(rawValue: 1))
        #expect(last.counter == .max)
        #expect(last < Zxid(epoch: Epoch(rawValue: 2), counter: 0))
    }

    @Test func `is followed by the next of its epoch`() {
        #expect(Zxid.zero.next == Zxid(rawValue: 1))
        #expect(Zxid(epoch: Epoch(rawValue: 5), counter: 9).next == Zxid(rawValue: 0x5_0000_000a))
    }

    @Test func `is ordered as a signed number`() {
        #expect(Zxid(rawValue: -1) < .zero)
        #expect(Zxid(rawValue: 0xffff_ffff) < Zxid(rawValue: 0x1_0000_0000))
    }

    @Test func `prints as unpadded hexadecimal`() {
        #expect(Zxid(rawValue: 0x2_0000_00ff).description == "0x2000000ff")
        #expect(Zxid.zero.description == "0x0")
        #expect(Zxid(rawValue: -1).description == "0xffffffffffffffff")
    }
}

@Suite struct `A session's number` {
    @Test func `prints unsigned, as ZooKeeper's tools print it`() {
        #expect(SessionID(rawValue: 0x100_0013_82ac_0000).description == "0x100001382ac0000")
        #expect(SessionID(rawValue: -1).description == "0xffffffffffffffff")
    }
}

@Suite struct `A connection's number` {
    @Test func `holds the slot and its use`() {
        let id = ConnectionID(slot: 70_000, generation: .max)
        #expect(id.slot == 70_000)
        #expect(id.generation == .max)
        #expect(id != ConnectionID(slot: 70_000, generation: 1))
    }
}
