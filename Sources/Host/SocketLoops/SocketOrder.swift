package import NIOCore
package import Vocabulary

/// Something to be done with a client's socket on a loop of its own, as the replica's loop says it. What is
/// for a socket that is gone is dropped.
package enum SocketOrder: Equatable, Sendable {
    case write(ConnectionID, ByteBuffer)
    /// Read no more, until `resume`.
    case pause(ConnectionID)
    case resume(ConnectionID)
    /// The replica has looked at what the socket waits for: one `goOn` for each `expecting` or `waits`.
    case goOn(ConnectionID)
    /// Close behind what was written.
    case end(ConnectionID)
    case close(ConnectionID)
    /// The answer to an operator's word: close once it is taken.
    case answer(ConnectionID, ByteBuffer)

    package var connection: ConnectionID {
        switch self {
        case .write(let id, _), .pause(let id), .resume(let id), .goOn(let id), .end(let id), .close(let id),
            .answer(let id, _):
            id
        }
    }
}
