package import NIOCore
package import Vocabulary

/// Something that happened at a client's socket on a loop of its own, for the replica's loop.
///
/// The socket's loop gives out the `ConnectionID`: loop `k` of `n` has the slots `k`, `k + n`, `k + 2n` and
/// so on, and has to ask nobody.
package enum SocketEvent: Equatable, Sendable {
    /// The first of a socket's.
    case opened(ConnectionID, address: ByteString, port: Int)
    /// The client showed a certificate, whose subject is so encoded; right behind `opened`.
    case certified(ConnectionID, subject: [UInt8])
    /// Whole frames, lengths included.
    case received(ConnectionID, ByteBuffer)
    /// The first bytes are an operator's word, whole.
    case spoke(ConnectionID, ByteBuffer)
    /// A large frame of so many bytes has begun. Its socket is not read until an order says `goOn`.
    case expecting(ConnectionID, bytes: Int)
    /// Many bytes are on their way to the replica. The socket is not read until an order says `goOn`.
    case waits(ConnectionID)
    /// The socket took so many more bytes of what it was given.
    case took(ConnectionID, bytes: Int)
    /// A frame came whose length is impossible; the socket is being closed.
    case illegalLength(ConnectionID, Int32)
    /// The last of a socket's.
    case closed(ConnectionID)
}
