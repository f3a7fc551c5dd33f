internal import Logbook
internal import Logging
package import NIOCore
internal import Replica
package import Vocabulary

/// Clients as they come, speak and go. Those that do not read what they are sent: it is kept for them, their
/// requests wait, and past a bound they are cut off.
extension ReplicaLoop {
    package func open(_ channel: any Channel, from address: ByteString) -> ConnectionID {
        let id = clients.open(channel)
        step(.opened(id, address: address))
        return id
    }

    /// A client whose socket is far, and has its slot from its own loop.
    package func open(_ socket: FarSocket) {
        clients.open(socket)
        step(.opened(socket.id, address: socket.address))
    }

    /// The far socket of a connection that was opened here and has not been closed.
    package func farSocket(of id: ConnectionID) -> FarSocket? { clients.farSocket(of: id) }

    /// The client showed a certificate.
    package func certify(_ id: ConnectionID, subject: [UInt8]) {
        step(.certified(id, subject: subject))
    }

    package func receive(_ frames: ByteBuffer, from id: ConnectionID) {
        step(.received(id, frames))
    }

    /// An operator's word came, whose answer takes its time.
    package func beginWord(on id: ConnectionID) {
        step(.wordCame(id))
    }

    /// A frame of so many bytes has begun to come, and is large.
    package func expect(_ bytes: Int, from id: ConnectionID) {
        step(.expecting(id, bytes: bytes))
    }

    package func close(_ id: ConnectionID) {
        guard clients[id] != nil else { return }
        step(.closed(id))
        clients.close(id)
    }

    package var connectionCount: Int { clients.count }

    /// The remote port of a connection, for lists.
    func port(of id: ConnectionID) -> Int {
        clients[id]?.socket.port ?? 0
    }

    func setReading(_ id: ConnectionID, _ isReading: Bool) {
        clients[id]?.socket.setReading(isReading)
    }

    /// The replica wants to hear the client, or to hear no more of it for now.
    func setPaused(_ id: ConnectionID, _ isPaused: Bool) {
        guard clients[id] != nil else { return }
        clients[id]?.isPaused = isPaused
        if isPaused || !clients.hasBacklog(id) { setReading(id, !isPaused) }
    }

    /// Closes behind the last answer.
    func end(_ id: ConnectionID) {
        guard let client = clients[id], !client.isEnding else { return }
        flush(id)
        if clients.hasBacklog(id) { writeOut(id, into: client.socket) }
        clients[id]?.isEnding = true
        setReading(id, true)
        client.socket.end()
    }

    // MARK: Those that do not read

    /// The socket has enough: what follows waits here. Unless writing to it has just shown that it is gone:
    /// its slot is another client's soon.
    func openBacklog(of id: ConnectionID, _ socket: ClientSocket) {
        guard clients[id] != nil else { return }
        let unread = socket.unsentBytes
        clients.openBacklog(of: id, socketBytes: unread)
        setReading(id, false)
        setUnread(unread, of: id)
    }

    func keep(_ bytes: ByteBuffer, for id: ConnectionID) {
        setUnread(clients.append(bytes, toBacklogOf: id), of: id)
    }

    /// The answer to an operator's word, which may be longer than anything else: its reader goes only if
    /// everybody owes too much.
    package func countUnreadAnswer(_ bytes: Int, of id: ConnectionID) {
        guard clients[id] != nil else { return }
        setUnread(min(bytes, SlowReaders.ofOneMax), of: id)
    }

    /// So much is on its way to a client that may or may not read it; those who owe too much are cut off.
    private func setUnread(_ bytes: Int, of id: ConnectionID) {
        let before = clients.unreadBytes
        for gone in clients.setUnread(bytes, of: id) { cutOff(gone, allUnread: before) }
    }

    private func cutOff(_ id: ConnectionID, allUnread: Int) {
        guard let socket = clients[id]?.socket else { return }
        complaints.warn(
            "a client does not read; closed", from: socket.address,
            ["unread_bytes_of_all": "\(allUnread)"])
        clients.closeBacklog(of: id)
        socket.close()
    }

    /// The client has read enough for more to be sent.
    package func becameWritable(_ id: ConnectionID) {
        guard let socket = clients[id]?.socket else { return }
        if clients.hasBacklog(id) {
            // Called from within the writing of it.
            guard clients.beginDraining(id) else { return }
            guard drain(id, into: socket) else { return }
        }
        drained(id)
    }

    /// - Returns: Whether the socket took all of it and would take more.
    private func drain(_ id: ConnectionID, into socket: ClientSocket) -> Bool {
        while socket.isWritable, let chunk = clients.takeChunk(fromBacklogOf: id) { socket.write(chunk) }
        guard !socket.isWritable else {
            clients.closeBacklog(of: id)
            return true
        }
        if let unread = clients.endDraining(id, socketBytes: socket.unsentBytes) {
            setUnread(unread, of: id)
        }
        return false
    }

    /// Gives the socket all there is, for a connection that ends behind it.
    private func writeOut(_ id: ConnectionID, into socket: ClientSocket) {
        switch socket {
        case .near(let channel):
            while let chunk = clients.takeChunk(fromBacklogOf: id) { channel.write(chunk, promise: nil) }
            channel.flush()
        case .far(let far):
            while let chunk = clients.takeChunk(fromBacklogOf: id) { far.write(chunk) }
        }
    }

    /// The client has taken all that was kept for it.
    private func drained(_ id: ConnectionID) {
        guard let client = clients[id] else { return }
        if !client.isPaused { setReading(id, true) }
        if client.isAwaited { reportDrained(id) }
    }

    private func reportDrained(_ id: ConnectionID) {
        clients[id]?.isAwaited = false
        step(.drained(id))
    }

    /// The replica gave this client much to take; tells it when that is taken, which may be at once.
    func awaitDrained(_ id: ConnectionID) {
        guard clients[id] != nil else { return }
        clients[id]?.isAwaited = true
        guard hasDrained(id) else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.execute {
            guard bound.value.clients[id]?.isAwaited == true, bound.value.hasDrained(id) else { return }
            bound.value.reportDrained(id)
        }
    }

    /// Whether the socket takes more, and nothing is kept that goes first.
    private func hasDrained(_ id: ConnectionID) -> Bool {
        clients[id]?.socket.isWritable == true && !clients.hasBacklog(id)
    }
}
