internal import Authentication
internal import DequeModule
internal import NIOCore
package import Vocabulary

/// One client's connection as the replica knows it.
///
/// A class, since it is one thing that many steps look at: a copied struct would count a dozen references a
/// request. The replica owns it; nothing of it leaves.
final class Connection {
    enum Phase {
        /// Nothing has come yet; the first frame must be a connect request.
        case fresh
        /// A session is proposed for it, or the leader is asked about its session; what the client sent
        /// meanwhile waits in `held`.
        case connecting
        case serving
        /// Answered its last, or about to; whatever comes is ignored.
        case ending
    }

    let id: ConnectionID
    let address: ByteString
    var phase = Phase.fresh
    var session = SessionID.none
    var negotiatedTimeoutMs: Int32 = 0
    var echoesReadOnly = false
    /// Taken in in read-only mode; ends with it.
    var isReadOnly = false
    /// While connecting: its session was there before, and the leader must say whether it still is.
    var isReturning = false
    /// While connecting: when the leader was asked for the session, or about it. Monotonic milliseconds.
    var askedMs: Int64 = 0
    /// The client took up a session that an earlier connection had begun, here or at another server.
    var isResumed = false
    /// Identities that the client has proven. They belong to the connection, not to the session.
    var identities: [Identity]
    /// How far it has come in logging in by SASL.
    var saslStage = SASLStage.fresh
    /// Requests that wait for a write of this client ahead of them, that write first, or for room.
    var waiting: Deque<WaitingRequest> = []
    /// Reads among them.
    var waitingReads = 0
    /// Requests that may wait once it has proven identities, all of which go with each.
    private var waitingMax = Int.max
    private(set) var held = ByteBuffer()
    var isPaused = false
    /// The client was sent more than it has taken: nothing more is answered until there is room.
    var isCrowded = false
    /// Of a frame that has begun to come and is too large to be read on without room for it.
    var expected = 0
    /// The room that it was given.
    var reserved = 0
    /// Of what is in `waiting`.
    var keptBytes = 0
    /// The connection stands in the line of those who need room, or has come to its head.
    var waitsForRoom = false
    var isNext = false
    /// The last event delivered, so that one change tells a connection once.
    var lastEvent: UInt64 = 0
    var statistics: ConnectionStatistics

    /// Reads that may wait behind a client's writes: all of them may have to be answered at once.
    static let waitingReadsMax = 128

    /// Bytes that the identities of a client's waiting requests may come to.
    private static let waitingIdentityBytesMax = 8 << 20
    /// From this size on it may be its size that a leader turns a request down for.
    private static let largeBytes = 64 << 10
    private static let timesGivenMax = 3

    /// Whether nothing more is taken in from this client for now.
    var isFull: Bool {
        isCrowded || waitingReads >= Connection.waitingReadsMax
            || waitingMax < Int.max && waiting.count >= waitingMax
    }

    /// Keeps what has come and may not be taken in yet.
    func hold(_ frames: inout ByteBuffer) { held.writeBuffer(&frames) }

    /// Takes out what was held back.
    func takeHeld() -> ByteBuffer? {
        guard held.readableBytes > 0 else { return nil }
        defer { held = ByteBuffer() }
        return held
    }

    /// The client has proven who it is, which goes with each of its requests that waits.
    func setIdentities(_ identities: [Identity]) {
        self.identities = identities
        let bytes = identities.reduce(0) { $0 + $1.byteCount }
        waitingMax = Connection.waitingIdentityBytesMax / max(1, bytes)
    }

    /// Whether a write is so large, and was given to so many leaders in vain, that it may be what ends them:
    /// who has other limits than the leader would otherwise give it to the next for ever.
    func isTurnedDown(_ write: WaitingRequest, _ frame: ByteBuffer) -> Bool {
        guard write.timesGiven > Connection.timesGivenMax else { return false }
        return identities.reduce(frame.readableBytes) { $0 + $1.byteCount } > Connection.largeBytes
    }

    /// Bytes that are held and that no room was reserved for.
    var heldBytes: Int { max(0, held.readableBytes - reserved) }

    init(id: ConnectionID, address: ByteString, at now: Instant) {
        self.id = id
        self.address = address
        self.identities = [Authenticator.identity(ofAddress: address)]
        self.statistics = ConnectionStatistics(establishedMs: now.wallMs, openedMs: now.monotonicMs)
    }
}

/// A request that cannot be answered yet.
struct WaitingRequest {
    enum Kind {
        /// Answered when its transaction is applied. The frame is kept where another leader may have to be
        /// given it again.
        case write(ByteBuffer?)
        /// Answered once everything up to here is applied; nil while the leader has not been asked, or has
        /// not answered.
        case sync(ZnodePath?, through: Zxid?)
        /// Evaluated when its turn comes: the whole frame without its length, and who asked.
        case read(ByteBuffer, [Identity])
        /// Known already, but not yet its turn.
        case failure(ErrorCode)
        /// An answer that carries its own zxid.
        case fixed(zxid: Zxid, ErrorCode)
        /// An answer of SASL; the client reads a null token even where the code says that it failed.
        case token(ErrorCode, [UInt8]?)
    }

    var kind: Kind
    let xid: Int32
    /// The number of its transaction, for a write: the client's, or one of `ResumedCxids`.
    let cxid: Int32
    let type: Int32
    /// Monotonic milliseconds.
    let arrivalMs: Int64
    /// Of its frame.
    let bytes: Int32
    /// Close the connection behind the answer.
    var isLast = false
    /// Leaders it was given to after the first, of which none has answered.
    var timesGiven: UInt8 = 0

    var isWrite: Bool {
        guard case .write = kind else { return false }
        return true
    }
}

/// Statistics of a connection, as operators are told them (`cons`).
package struct ConnectionStatistics: Sendable {
    /// Wall-clock milliseconds.
    package var establishedMs: Int64
    package var openedMs: Int64
    package var received: Int64 = 0
    package var sent: Int64 = 0
    package var lastOperation: Int32?
    package var lastCxid: Int64 = -1
    package var lastZxid: Int64 = -1
    package var lastResponseMs: Int64 = 0
    /// Milliseconds from a request's arrival to its answer.
    package var latency = Summary()
    package var lastLatencyMs: Int64 = 0

    mutating func reset() {
        received = 0
        sent = 0
        lastOperation = nil
        lastCxid = -1
        lastZxid = -1
        lastResponseMs = 0
        latency = Summary()
        lastLatencyMs = 0
    }
}
