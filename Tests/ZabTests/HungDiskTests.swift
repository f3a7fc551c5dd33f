import NIOCore
import Testing
import Vocabulary
import Zab

@Suite struct `A leader whose disk hangs`: ~Copyable {
    private static let epoch = Epoch(rawValue: 2)
    private static let ids = [1, 2, 3].map { PeerID(rawValue: $0) }
    private static let timeouts = Timeouts(tickMs: 100, initLimit: 10, syncLimit: 5)

    private var peer: Peer
    private var effects: [Effect] = []
    private var nowMs: Int64 = 300

    /// Server 3 of three leads, with servers 1 and 2 behind it, and its disk has answered for everything.
    init() {
        peer = Peer(
            Self.ids[2],
            in: Membership(quorum: Quorum(majorityOf: Self.ids), observers: [], version: 0, text: ""),
            timeouts: Self.timeouts,
            persistent: PersistentState(acceptedEpoch: .zero, currentEpoch: .zero, lastLogged: .zero),
            history: History(after: .zero, [], committed: .zero))
        step(.ticked)
        let vote = Vote(leader: Self.ids[2], zxid: .zero, epoch: .zero)
        for id in Self.ids.prefix(2) {
            step(.reachable(id, true))
            step(.notified(Notification(state: .looking, vote: vote, round: 1), by: id))
        }
        nowMs = 600
        step(.ticked)
        for link in [1, 2] as [UInt64] {
            step(.learnerLinkUp(LinkID(rawValue: link)))
            hear(
                .info(
                    PeerID(rawValue: Int64(link)), acceptedEpoch: .zero, isObserver: false,
                    configurationVersion: 0), on: link)
            store()
            hear(.acknowledgeEpoch(lastLogged: .zero, currentEpoch: .zero), on: link)
            store()
            hear(.acknowledge(Zxid(epoch: Epoch(rawValue: 1), counter: 0)), on: link)
        }
        effects = []
    }

    private mutating func step(_ input: Peer.Input) {
        peer.step(input, at: nowMs)
        effects += peer.takeEffects()
    }

    private mutating func hear(_ message: LearnerMessage, on link: UInt64) {
        step(.fromLearner(message, LinkID(rawValue: link)))
    }

    private mutating func store() {
        let tickets = effects.compactMap { effect -> UInt64? in
            guard case .store(_, let ticket) = effect else { return nil }
            return ticket
        }
        if let last = tickets.last { step(.stored(through: last)) }
    }

    private var reasonToStandBy: String? {
        for case .standBy(let reason) in effects { return reason }
        return nil
    }

    /// Time goes by, and the others say that they live and have everything.
    private mutating func pass(ms: Int64, acknowledging zxid: Zxid) {
        for _ in 0..<(ms / 20) {
            nowMs += 20
            for link in [1, 2] as [UInt64] { hear(.acknowledge(zxid), on: link) }
            step(.ticked)
        }
    }

    private mutating func propose(bytes: Int) throws -> Zxid {
        let zxid = peer.lastProposed.next
        let isProposed = peer.propose(ByteBuffer(repeating: 7, count: bytes), as: zxid, at: nowMs)
        effects += peer.takeEffects()
        try #require(isProposed)
        return zxid
    }

    @Test mutating func `gives up its lead after syncLimit, though the others' disks commit`() throws {
        #expect(peer.servingRole == .lead(Epoch(rawValue: 1)))
        let zxid = try propose(bytes: 10)
        pass(ms: 480, acknowledging: zxid)
        #expect(reasonToStandBy == nil)
        #expect(effects.contains { if case .deliver = $0 { true } else { false } })
        pass(ms: 60, acknowledging: zxid)
        #expect(reasonToStandBy == "its own disk has not answered for 500 ms")
        pass(ms: 1000, acknowledging: zxid)
        #expect(peer.isLooking == false, "its vote would not be true before the disk has answered")
        store()
        step(.ticked)
        #expect(peer.isLooking == true)
    }

    @Test mutating func `leads on while the disk answers, however late`() throws {
        for _ in 0..<10 {
            let zxid = try propose(bytes: 10)
            pass(ms: 400, acknowledging: zxid)
            store()
        }
        #expect(reasonToStandBy == nil)
    }

    @Test mutating func `counts what its own disk has not taken`() throws {
        var last = Zxid.zero
        for _ in 0..<10 {
            last = try propose(bytes: 1000)
            for link in [1, 2] as [UInt64] { hear(.acknowledge(last), on: link) }
        }
        #expect(peer.outstandingCount == 0)
        #expect(peer.pendingBytes >= 10_000)
        store()
        #expect(peer.pendingBytes == 0)
    }

    @Test func `and is all there is keeps its lead, and knows how long it waits`() {
        var alone = Peer(
            Self.ids[0], in: Membership(of: Self.ids[0]), timeouts: Self.timeouts,
            persistent: PersistentState(acceptedEpoch: .zero, currentEpoch: .zero, lastLogged: .zero),
            history: History(after: .zero, [], committed: .zero))
        for nowMs in stride(from: Int64(0), to: 400, by: 20) {
            alone.step(.ticked, at: nowMs)
            for case .store(_, let ticket) in alone.takeEffects() {
                alone.step(.stored(through: ticket), at: nowMs)
            }
        }
        let isProposed = alone.propose(
            ByteBuffer(repeating: 7, count: 1000), as: alone.lastProposed.next, at: 400)
        #expect(isProposed)
        for nowMs in stride(from: Int64(400), through: 2400, by: 20) { alone.step(.ticked, at: nowMs) }
        #expect(alone.servingRole != nil)
        #expect(alone.diskSilence(at: 2400) == 2000)
        #expect(alone.pendingBytes >= 1000)
    }
}
