import Testing
import Vocabulary

@Suite struct `The owner of a znode` {
    @Test(
        arguments: [
            (0, .persistent),
            (Int64.min, .container),
            (0x100_0013_82ac_0000, .ephemeral(SessionID(rawValue: 0x100_0013_82ac_0000))),
            (-0xff_ffff_ffff_ffff, .ttl(milliseconds: 1)),
            (-0xff_ff00_0000_0001, .ttl(milliseconds: Ownership.ttlMsMax)),
            (Int64.min + 1, .ephemeral(SessionID(rawValue: Int64.min + 1))),
        ] as [(Int64, Ownership)])
    func `is told by its number, and back`(number: Int64, owner: Ownership) {
        #expect(Ownership(rawValue: number) == owner)
        #expect(owner.rawValue == number)
    }

    @Test func `is a session for ephemerals alone`() {
        #expect(Ownership.ephemeral(SessionID(rawValue: 5)).session == SessionID(rawValue: 5))
        #expect(Ownership.persistent.session == nil)
        #expect(Ownership.container.session == nil)
        #expect(Ownership.ttl(milliseconds: 9).session == nil)
    }
}

@Suite struct `A stored stat` {
    @Test func `is shown with deletions counted as well`() {
        let stored = StoredStat(cversion: 5)
        #expect(stored.seen(dataLength: 0, numChildren: 5).cversion == 5)
        #expect(stored.seen(dataLength: 0, numChildren: 2).cversion == 8)
        #expect(StoredStat().seen(dataLength: 0, numChildren: 1).cversion == -1)
    }

    @Test(arguments: [.container, .ttl(milliseconds: 60_000), .persistent] as [Ownership])
    func `shows no owner but a session`(owner: Ownership) {
        let stored = StoredStat(createdBy: Zxid(rawValue: 1), at: 0, owner: owner.rawValue)
        #expect(stored.seen(dataLength: 3, numChildren: 0).ephemeralOwner == 0)
    }

    @Test func `shows the session that owns an ephemeral`() {
        let stored = StoredStat(createdBy: Zxid(rawValue: 1), at: 0, owner: 77)
        #expect(stored.seen(dataLength: 0, numChildren: 0).ephemeralOwner == 77)
    }

    @Test func `of a new znode has its creation everywhere`() {
        let zxid = Zxid(rawValue: 9)
        let stored = StoredStat(createdBy: zxid, at: 1234, owner: 0)
        #expect(stored.czxid == zxid && stored.mzxid == zxid && stored.pzxid == zxid)
        #expect(stored.ctime == 1234 && stored.mtime == 1234)
        #expect(stored.version == 0 && stored.cversion == 0 && stored.aversion == 0)
    }
}
