internal import Logbook
internal import Logging
internal import NIOCore
internal import Replica
package import Vocabulary

/// Clients that do not read what they are sent: it is kept for them, their requests wait, and past a bound
/// they are cut off.
extension ReplicaLoop {
    /// The socket has enough: what follows waits here. Unless writing to it has just shown that it is gone:
    /// its slot is another client's soon.
    func hold(_ id: ConnectionID, _ channel: any Channel) {
        guard clients[id.slot]?.id == id else { return }
        let unread = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        backlogs[id.slot] = Backlog(socketBytes: unread)
        setReading(id, false)
        noteUnread(unread, of: id)
    }

    func keep(_ bytes: ByteBuffer, for id: ConnectionID) {
        backlogs[id.slot]?.append(bytes)
        guard let backlog = backlogs[id.slot] else { return }
        noteUnread(backlog.bytes + backlog.socketBytes, of: id)
    }

    /// The answer to an operator's word, which may be longer than anything else: its reader goes only if
    /// everybody owes too much.
    package func noteUnreadAnswer(_ bytes: Int, of id: ConnectionID) {
        guard clients[id.slot]?.id == id else { return }
        noteUnread(min(bytes, UnreadBytes.ofOneMax), of: id)
    }

    /// So much is on its way to a client that may or may not read it; those who owe too much are cut off.
    private func noteUnread(_ bytes: Int, of id: ConnectionID) {
        let before = unread.bytes
        for gone in unread.note(bytes, of: id) { cutOff(gone, allUnread: before) }
    }

    private func cutOff(_ id: ConnectionID, allUnread: Int) {
        guard let client = client(id) else { return }
        complaints.warn(
            "a client does not read; closed", from: client.remoteAddress?.ipAddress ?? "unknown",
            ["unread_bytes_of_all": "\(allUnread)"])
        backlogs[id.slot] = nil
        client.close(promise: nil)
    }

    /// The client has read enough for more to be sent.
    package func becameWritable(_ id: ConnectionID) {
        guard let channel = client(id) else { return }
        if !backlogs.isEmpty, let backlog = backlogs[id.slot] {
            // Called from within the writing below.
            if backlog.isDraining { return }
            guard drain(id, into: channel) else { return }
        }
        wentOn(id)
    }

    /// - Returns: Whether the socket took all of it and would take more.
    private func drain(_ id: ConnectionID, into channel: any Channel) -> Bool {
        backlogs[id.slot]?.isDraining = true
        while channel.isWritable, let chunk = backlogs[id.slot]?.next() {
            channel.writeAndFlush(chunk, promise: nil)
        }
        guard !channel.isWritable else {
            backlogs[id.slot] = nil
            unread.forget(id)
            return true
        }
        backlogs[id.slot]?.isDraining = false
        backlogs[id.slot]?.socketBytes = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        if let backlog = backlogs[id.slot] { noteUnread(backlog.bytes + backlog.socketBytes, of: id) }
        return false
    }

    /// Gives the socket all there is, for a connection that ends behind it.
    func writeOut(_ id: ConnectionID, into channel: any Channel) {
        while let chunk = backlogs[id.slot]?.next() { channel.write(chunk, promise: nil) }
        channel.flush()
    }

    /// Whether the socket has enough, and what follows is kept here.
    private func isBehind(_ client: Client) -> Bool {
        !client.channel.isWritable || backlogs[client.id.slot] != nil
    }

    private func client(_ id: ConnectionID) -> (any Channel)? {
        guard let client = clients[id.slot], client.id == id else { return nil }
        return client.channel
    }

    /// The client has taken all that was kept for it.
    private func wentOn(_ id: ConnectionID) {
        guard let client = clients[id.slot], client.id == id else { return }
        if !client.isPaused { setReading(id, true) }
        if client.isAwaited { giveRoom(id) }
    }

    private func giveRoom(_ id: ConnectionID) {
        clients[id.slot]?.isAwaited = false
        step(.gotRoom(id))
    }

    /// The replica gave this client much to take; tells it when that is taken, which may be at once.
    func awaitRoom(_ id: ConnectionID) {
        guard let client = clients[id.slot], client.id == id else { return }
        clients[id.slot]?.isAwaited = true
        guard !isBehind(client) else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.execute {
            guard let client = bound.value.clients[id.slot], client.id == id, client.isAwaited,
                !bound.value.isBehind(client)
            else { return }
            bound.value.giveRoom(id)
        }
    }
}
