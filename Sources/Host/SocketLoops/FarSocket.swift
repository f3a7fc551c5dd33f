internal import NIOCore
package import Vocabulary

/// A client's socket on a loop of its own, as the replica's loop knows it: who is there, what it was given,
/// and the way to it.
///
/// Confined to the replica's loop. It hears later what the socket has taken (`SocketEvent.took`): bytes on
/// their way count like those in a socket's own queue.
package final class FarSocket {
    /// Bytes that may be on their way before the socket has enough.
    package static let untakenBytesMax = 64 << 10

    package let id: ConnectionID
    package let address: ByteString
    let port: Int
    /// Of the certificate that the client showed, while the replica has not heard of it.
    package var subject: [UInt8]?
    private let orders: SocketOrders
    /// Bytes that the socket was given and has not said to have taken.
    private(set) var untakenBytes = 0
    /// The socket was told to close: what is for it now is dropped, and its client not listened to.
    package private(set) var isClosing = false

    package init(_ id: ConnectionID, address: ByteString, port: Int, orders: SocketOrders) {
        self.id = id
        self.address = address
        self.port = port
        self.orders = orders
    }

    var isWritable: Bool { untakenBytes <= FarSocket.untakenBytesMax }

    func write(_ bytes: ByteBuffer) {
        guard !isClosing else { return }
        untakenBytes += bytes.readableBytes
        orders.append(.write(id, bytes))
    }

    /// The socket took so many more bytes.
    ///
    /// - Returns: Whether that makes it one that takes more.
    package func take(_ bytes: Int) -> Bool {
        let hadEnough = !isWritable
        untakenBytes -= bytes
        return hadEnough && isWritable
    }

    func setReading(_ isReading: Bool) { orders.append(isReading ? .resume(id) : .pause(id)) }

    /// Closes behind what was written.
    func end() { orders.append(.end(id)) }

    package func close() {
        isClosing = true
        orders.append(.close(id))
    }
}
