import NIOCore
import Testing
import Vocabulary
import Zab

/// Found by `aviary-sim`: what a learner that comes back can do to those that it comes back to.
@Suite struct `A leader whose learner comes back`: ~Copyable {
    private static let end = Zxid(rawValue: 0x1_0000_0005)
    private static let epoch = Epoch(rawValue: 2)
    private static let one = PeerID(rawValue: 1)

    private var peer: Peer
    private var effects: [Effect] = []

    /// Server 3 of three, with server 1 behind it; server 2 is away.
    init() {
        let ids = [1, 2, 3].map { PeerID(rawValue: $0) }
        peer = Peer(
            ids[2],
            in: Membership(quorum: Quorum(majorityOf: ids), observers: [], version: 0, text: ""),
            timeouts: Timeouts(tickMs: 100, initLimit: 10, syncLimit: 5),
            persistent: PersistentState(
                acceptedEpoch: Epoch(rawValue: 1), currentEpoch: Epoch(rawValue: 1), lastLogged: Self.end),
            history: History(after: Self.end, [], committed: Self.end))
        step(.ticked)
        let vote = Vote(leader: ids[2], zxid: Self.end, epoch: Epoch(rawValue: 1))
        for id in ids.prefix(2) {
            step(.reachable(id, true))
            step(.notified(Notification(state: .looking, vote: vote, round: 1), by: id))
        }
        step(.ticked, at: 300)
        join(on: 1, having: Self.end)
    }

    private mutating func step(_ input: Peer.Input, at nowMs: Int64 = 300) {
        peer.step(input, at: nowMs)
        effects += peer.takeEffects()
    }

    private mutating func hear(_ message: LearnerMessage, on link: UInt64, at nowMs: Int64 = 300) {
        step(.fromLearner(message, LinkID(rawValue: link)), at: nowMs)
    }

    /// The disk does all that it was given.
    private mutating func store() {
        let tickets = effects.compactMap { effect -> UInt64? in
            guard case .store(_, let ticket) = effect else { return nil }
            return ticket
        }
        if let last = tickets.last { step(.stored(through: last)) }
    }

    private mutating func introduce(on link: UInt64, accepted: Int32 = 1, at nowMs: Int64 = 300) {
        step(.learnerLinkUp(LinkID(rawValue: link)), at: nowMs)
        hear(
            .info(
                Self.one, acceptedEpoch: Epoch(rawValue: accepted), isObserver: false,
                configurationVersion: 0),
            on: link, at: nowMs)
    }

    private mutating func join(on link: UInt64, having last: Zxid, storing: Bool = true) {
        introduce(on: link)
        if storing { store() }
        hear(.acknowledgeEpoch(lastLogged: last, currentEpoch: Epoch(rawValue: 1)), on: link)
        if storing { store() }
        hear(.acknowledge(Zxid(epoch: Self.epoch, counter: 0)), on: link)
    }

    private var delivered: [Zxid] {
        effects.compactMap { effect in
            guard case .deliver(let entry) = effect else { return nil }
            return entry.zxid
        }
    }

    @Test mutating func `does not count what it has it cut off`() throws {
        let zxid = peer.lastProposed.next
        let isProposed = peer.propose(ByteBuffer(integer: 7), as: zxid, at: 300)
        #expect(isProposed)
        effects += peer.takeEffects()
        hear(.acknowledge(zxid), on: 1)
        join(on: 2, having: zxid, storing: false)
        #expect(effects.contains(.toLearner(LinkID(rawValue: 2), .truncate(after: Self.end))))
        store()
        #expect(delivered == [], "server 1 may have it no longer")
        hear(.acknowledge(zxid), on: 2)
        #expect(delivered == [zxid])
    }

    @Test mutating func `makes room for one that has promised a later epoch`() {
        func hasGivenUp() -> Bool {
            effects.contains { effect in
                if case .standBy = effect { true } else { false }
            }
        }
        introduce(on: 2, accepted: 5, at: 400)
        introduce(on: 3, accepted: 5, at: 1_300)
        #expect(!hasGivenUp(), "it may be a passing stranger")
        introduce(on: 4, accepted: 5, at: 1_400)
        #expect(hasGivenUp())
    }
}

@Suite struct `An observer that looks` {
    @Test func `does not answer a voter that looks, which would answer it`() {
        let ids = [1, 2, 3].map { PeerID(rawValue: $0) }
        var observer = Peer(
            PeerID(rawValue: 4),
            in: Membership(
                quorum: Quorum(majorityOf: ids), observers: [PeerID(rawValue: 4)], version: 0, text: ""),
            timeouts: Timeouts(tickMs: 100, initLimit: 10, syncLimit: 5),
            persistent: PersistentState(acceptedEpoch: .zero, currentEpoch: .zero, lastLogged: .zero),
            history: History(after: .zero, [], committed: .zero))
        observer.step(.ticked, at: 0)
        _ = observer.takeEffects()
        let vote = Vote(leader: ids[0], zxid: .zero, epoch: .zero)
        observer.step(.notified(Notification(state: .looking, vote: vote, round: 0), by: ids[0]), at: 1)
        let effects = observer.takeEffects()
        #expect(effects == [])
    }
}
