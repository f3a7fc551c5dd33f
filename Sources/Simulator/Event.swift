internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab

/// Something that happens to one party of a simulation. Servers are meant by their place, and by the life of
/// theirs that it is for.
enum Event {
    case start(server: Int, life: Int)
    case pulse(server: Int, life: Int)
    case tick(server: Int, life: Int)
    /// The disk has done the batch that it was doing.
    case written(server: Int, life: Int)
    /// To the leader, unless the server has thought better of it since.
    case dial(server: Int, PeerID, attempt: Int)
    case unreachable(server: Int, attempt: Int)
    /// The server goes on with what it left for its next turn.
    case turn(server: Int, life: Int)
    /// The others had their turn: what waited for that leaves.
    case turnEnd(server: Int, life: Int)
    /// Proposals that a leader has gathered leave, unless they have.
    case passOn(server: Int, life: Int, atMs: Int64)
    case eventSlice(server: Int, life: Int)
    /// A connection may have room for what its client is to be sent.
    case room(server: Int, life: Int, ConnectionID)
    case connectionEnded(server: Int, life: Int, ConnectionID)
    case resume(server: Int)
    case death(server: Int, life: Int)
    case arrival(Channel, at: Int, Message)
    case wake(client: Int, turn: Int)
    /// A client reads what has come while it did not.
    case reading(client: Int)
    case fault(Int)
    case relief(Int)

    /// The server that this happens to; a server that stands still meets it later.
    var server: Int? {
        switch self {
        case .start(let server, _), .pulse(let server, _), .tick(let server, _), .written(let server, _),
            .turn(let server, _), .turnEnd(let server, _), .passOn(let server, _, _),
            .eventSlice(let server, _), .dial(let server, _, _), .unreachable(let server, _),
            .room(let server, _, _),
            .connectionEnded(let server, _, _), .death(let server, _):
            server
        case .arrival(_, let host, _): host
        case .resume, .wake, .reading, .fault, .relief: nil
        }
    }
}

/// A message along a channel.
enum Message {
    /// The channel is up.
    case hello
    case notification(Notification)
    case toLeader(QuorumPacket)
    case toLearner(QuorumPacket)
    case snapshotPiece(ByteBuffer)
    /// Between a client and its server.
    case bytes(ByteBuffer)
    /// The receiver may read what has come.
    case readable
    /// The other end has closed, or died.
    case end
}

/// A connection between two hosts: keeps order each way, and breaks rather than loses.
final class Channel {
    enum Kind {
        case election
        /// `first` is the learner.
        case quorum(LinkID)
        /// `first` is the client.
        case client
    }

    struct Way {
        var lastArrivalMs: Int64 = 0
        /// Sent while nothing got through.
        var held: [Message] = []
        var isOpen = true
    }

    let kind: Kind
    let first: Int
    let second: Int
    private var toFirst = Way()
    private var toSecond = Way()
    /// A client's, at its server.
    var connection: ConnectionID?
    /// A client's connection, as its server's end of it is.
    var socket = Socket()

    init(_ kind: Kind, _ first: Int, _ second: Int) {
        self.kind = kind
        self.first = first
        self.second = second
    }

    func other(than host: Int) -> Int { host == first ? second : first }

    /// The way towards a host, open as long as that one listens.
    subscript(to host: Int) -> Way {
        get { host == first ? toFirst : toSecond }
        _modify {
            if host == first { yield &toFirst } else { yield &toSecond }
        }
    }

    var isOver: Bool { !toFirst.isOpen && !toSecond.isOpen }
}
