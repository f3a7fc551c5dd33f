import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

/// A replica with a clock and a disk that obey the test, and clients that speak bytes.
final class TestNode {
    var replica: Replica
    var effects = Effects()
    var now = Instant(monotonicMs: 1_000_000, wallMs: 1_700_000_000_000)
    /// Rows the replica wanted on disk, in order.
    private(set) var logged: [Transaction] = []
    /// Everything sent to a connection and not looked at yet.
    private var inboxes: [ConnectionID: ByteBuffer] = [:]
    private(set) var closed: Set<ConnectionID> = []
    private(set) var paused: Set<ConnectionID> = []
    var snapshotActions: [SnapshotAction] = []
    private(set) var warnings: [String] = []
    private(set) var complaints: [(kind: String, from: ByteString, detail: String)] = []
    /// What it wanted done on its links, of a member of an ensemble.
    private(set) var linkActions: [LinkAction] = []
    private(set) var awaitedToDrain: Set<ConnectionID> = []
    private var nextSlot = 0
    private(set) var isToContinue = false
    /// How often it asked for another turn.
    private(set) var turns = 0
    /// Sessions that one step ended, at most.
    private(set) var mostEndedAtOnce: Int64 = 0
    /// Of an ensemble, whose links the test plays.
    private let isMember: Bool
    /// With this off, writes wait until `sync()`.
    var isDiskFast = true
    /// With this on, what a step leaves for the next turn waits until `takeTurn()`.
    var isBusy = false
    /// With this on, those who watch with many others wait for their events until `tell`.
    var areEventsHeld = false

    /// - Parameters:
    ///   - snapshot: What a former life left beside its log.
    ///   - log: What a former life of the node left on its disk.
    ///   - start: When it starts.
    init(
        from snapshot: StoredState? = nil, replaying log: [Transaction] = [], at start: Instant? = nil,
        _ change: (inout ReplicaSettings) -> Void = { _ in }
    ) {
        var settings = ReplicaSettings()
        settings.rules.hasExtendedTypes = true
        change(&settings)
        isMember = settings.membership != nil
        now = start ?? now
        var recovering = Recovering(settings: settings, seed: 1, wallMs: now.wallMs)
        if let snapshot,
            !recovering.restore(
                snapshot, isExact: true,
                replayingAfter: log.first.map { Zxid(rawValue: $0.zxid.rawValue - 1) } ?? snapshot.head.zxid,
                at: now)
        {
            Issue.record("not the tree that the snapshot says")
        }
        for transaction in log {
            var bytes = ByteBuffer()
            transaction.encode(into: &bytes)
            recovering.replay(transaction, bytes: bytes, isCommitted: true, at: now)
        }
        logged = log
        replica = recovering.start(acceptedEpoch: .zero, currentEpoch: .zero, at: now)
        step(isMember ? .pulsed : .ticked)
    }

    func step(_ input: consuming Input) {
        drive(input)
        goOn()
        if isDiskFast { sync() }
    }

    /// Whatever a step left for the next turn.
    private func goOn() {
        while isToContinue, !isBusy { continueOnce() }
    }

    private func continueOnce() {
        isToContinue = false
        turns += 1
        drive(.continued)
    }

    /// The others had their turn, once.
    func takeTurn() {
        continueOnce()
        if isDiskFast { sync() }
    }

    private func drive(_ input: consuming Input) {
        let ended = replica.statistics.staleSessionsExpired
        replica.step(input, at: now, into: &effects)
        mostEndedAtOnce = max(mostEndedAtOnce, replica.statistics.staleSessionsExpired - ended)
        settle()
    }

    /// The disk has everything appended so far.
    func sync() {
        while let ticket = takeWrites() {
            drive(.stored(through: ticket))
            goOn()
        }
    }

    private func takeWrites() -> UInt64? {
        let writes = effects.takeWrites()
        for write in writes {
            guard case .append(let append) = write.what else { continue }
            if let transaction = try? Transaction(decoding: append.body.readableBytesSpan) {
                logged.append(transaction)
            } else {
                Issue.record("\(append.zxid) does not decode")
            }
        }
        return writes.last?.ticket
    }

    private func settle() {
        for action in effects.takeActions() {
            switch action {
            case .close(let id): closed.insert(id)
            case .pauseReading(let id): paused.insert(id)
            case .resumeReading(let id): paused.remove(id)
            case .awaitDrained(let id): awaitedToDrain.insert(id)
            case .continueSoon: isToContinue = true
            case .warn(let sentence): warnings.append(sentence)
            case .complain(let kind, let address, let detail): complaints.append((kind, address, detail))
            case .snapshot(let action): snapshotActions.append(action)
            case .link(let action) where isMember: linkActions.append(action)
            case .link(let action): Issue.record("a node by itself has no peer: \(action)")
            }
        }
        for id in effects.takeAnswered() { collect(id) }
        while let id = effects.takeNotified() { collect(id) }
        if !areEventsHeld { tell(Int.max) }
    }

    /// Sends the next their events.
    func tell(_ count: Int) {
        replica.tellNext(count, into: &effects)
        while let id = effects.takeNotified() { collect(id) }
    }

    private func collect(_ id: ConnectionID) {
        if var bytes = effects.takeOutbox(of: id) { inboxes[id, default: ByteBuffer()].writeBuffer(&bytes) }
    }

    /// Whether the tree, as it is committed, has a znode at `path`.
    func has(_ path: ZnodePath) -> Bool { replica.tree.znodes.find(path) != nil }

    func advance(ms: Int64) {
        now.monotonicMs += ms
        now.wallMs += ms
        step(.ticked)
    }

    /// - Parameter slot: One that is free again; nil for the next.
    func open(from address: ByteString = "127.0.0.1", in slot: Int? = nil) -> TestClient {
        let id = ConnectionID(slot: slot ?? nextSlot, generation: slot == nil ? 1 : 2)
        if slot == nil { nextSlot += 1 }
        step(.opened(id, address: address))
        return TestClient(node: self, id: id)
    }

    /// A client with a session of its own.
    func connect(timeoutMs: Int32 = 10_000) throws -> TestClient {
        let client = open()
        try client.connect(timeoutMs: timeoutMs)
        return client
    }

    func take(_ id: ConnectionID) -> [ByteBuffer] {
        var inbox = inboxes.removeValue(forKey: id) ?? ByteBuffer()
        var frames: [ByteBuffer] = []
        while let length = inbox.readInteger(as: Int32.self), let frame = inbox.readSlice(length: Int(length))
        {
            frames.append(frame)
        }
        return frames
    }
}
