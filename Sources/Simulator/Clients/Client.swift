internal import DequeModule
internal import NIOCore
internal import SeededRandom
internal import Vocabulary
internal import Wire

/// A client as ZooKeeper's own are: one session, one connection at a time, requests in order, watches that
/// it sets again elsewhere.
final class Client {
    struct Pending {
        let xid: Int32
        let operation: Operation
        /// The last transaction that anybody had been told of when this was asked.
        let after: Zxid
    }

    struct Watch: Equatable {
        enum Kind { case data, existence, children }

        let path: ZnodePath
        let kind: Kind
        /// The newest zxid that the client had seen when it set the watch.
        var since: Zxid
    }

    /// Requests under way at most.
    static let pendingMax = 6

    let index: Int
    /// The client's place in the network, behind the servers'.
    let host: Int
    var dice: SeededGenerator
    var session = SessionID.none
    var lastZxid = Zxid.zero
    var channel: Channel?
    /// The server has accepted the session on this channel.
    var isConnected = false
    var pending: Deque<Pending> = []
    var preparations: [Operation] = []
    var watches: [Watch] = []
    var unread = ByteBuffer()
    var lastHeardMs: Int64 = 0
    var lastSentMs: Int64 = 0
    /// Counts plans to move; only the last is followed.
    var turn = 0
    /// The client does not read before this moment; what comes meanwhile waits.
    var readsAtMs: Int64 = 0
    var unheard: [Message] = []
    var isLost = false
    /// Asks for nothing new.
    var isQuiet = false
    /// Writes answered since things were healed.
    var answeredInCalm = 0
    var countedVersion: Int32 = 0
    var lastAnswered: Int32 = 0
    private var nextXid: Int32 = 0
    private var nextValue = 0
    /// Bytes that the names of its ephemerals have too many.
    private let pad: Int

    /// One of many that come and go together; how many ephemerals it makes.
    let crowdEphemerals: Int?

    var isOfCrowd: Bool { crowdEphemerals != nil }

    init(index: Int, host: Int, seed: UInt64, pad: Int, crowdEphemerals: Int? = nil) {
        self.crowdEphemerals = crowdEphemerals
        self.index = index
        self.host = host
        self.pad = pad
        dice = SeededGenerator(seed: seed)
    }

    /// Counts from 1 on each connection, as many clients do (kazoo, Go's).
    func restartXids() { nextXid = 0 }

    func makeXid() -> Int32 {
        nextXid += 1
        return nextXid
    }

    /// Queues the operations that come before all others, in reverse: the last one queued is done first.
    func prepare() {
        guard let crowdEphemerals else { return preparations = Operation.preparations }
        preparations = (0..<crowdEphemerals).map {
            .createEphemeral(in: Operation.group, "\(index)-e\($0)", pad: pad)
        }
        preparations.append(.create(Operation.group, ""))
    }

    /// Whether it has nothing to ask for.
    var isIdle: Bool { isQuiet || isOfCrowd && preparations.isEmpty }

    /// - Parameter isLarge: With a value that is longer than usual.
    func makeOperation(isLarge: Bool) -> Operation {
        if let first = preparations.popLast() { return first }
        nextValue += 1
        let value = "\(index)-\(nextValue)" + (isLarge ? String(repeating: "+", count: 400) : "")
        return .any(value: value, counted: countedVersion, pad: pad, using: &dice)
    }

    /// The session is over, as far as this client knows.
    func forgetSession() {
        session = .none
        watches = []
        lastZxid = .zero
    }
}
