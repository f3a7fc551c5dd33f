internal import NIOCore
internal import Replica
internal import SeededRandom
internal import Vocabulary
internal import Wire

/// The servers' ends of the clients' connections.
extension Simulation {
    func arriveFromClient(_ message: Message, over channel: Channel, at server: Server) throws(Violation) {
        switch message {
        case .hello:
            let connection = server.accept(channel)
            try step(server, .opened(connection, address: "127.0.0.1"))
        case .bytes(let bytes):
            channel.socket.arrived.append(bytes)
            if channel.socket.arrived.count == 1 { try read(channel, at: server) }
        case .readable: try read(channel, at: server)
        case .end:
            channel[to: server.host].isOpen = false
            if let connection = channel.connection { try endConnection(connection, of: server) }
        default: break
        }
    }

    private func read(_ channel: Channel, at server: Server) throws(Violation) {
        while !channel.socket.isPaused, !channel.socket.isBehind, let bytes = channel.socket.arrived.first,
            let connection = channel.connection
        {
            channel.socket.arrived.removeFirst()
            let (frames, expected) = channel.socket.cut(bytes)
            if let frames { try step(server, .received(connection, frames)) }
            if let expected, scenario.areClientsDemanding {
                try step(server, .expecting(connection, bytes: expected))
            }
        }
    }

    /// There may be something to read on a connection that was not read.
    func readLater(_ channel: Channel, at server: Server) {
        guard !channel.socket.arrived.isEmpty else { return }
        agenda.add(.arrival(channel, at: server.host, .readable), at: nowMs)
    }

    func flush(_ connection: ConnectionID, of server: Server) throws(Violation) {
        guard let bytes = server.effects.takeOutbox(of: connection) else { return }
        transcript.note(bytes)
        guard let channel = server.channel(of: connection) else { return }
        let client = clients[channel.first - servers.count]
        if client.channel === channel { try requireLife(of: client, answered: bytes, by: server) }
        write(garbled(bytes), to: channel, connection, of: server)
    }

    // MARK: Clients that do not read

    /// To a client that is behind nothing more is sent until it reads; one that leaves too much is cut off.
    private func write(
        _ bytes: ByteBuffer, to channel: Channel, _ connection: ConnectionID, of server: Server
    ) {
        guard scenario.areClientsDemanding else {
            return send(.bytes(bytes), over: channel, from: server.host)
        }
        if scenario.flaw == .forgetsUnread, channel.socket.isBehind { return }
        if channel.socket.admits(bytes) { send(.bytes(bytes), over: channel, from: server.host) }
        if channel.socket.isBehind { noteUnread(of: channel, connection, of: server) }
    }

    private func noteUnread(of channel: Channel, _ connection: ConnectionID, of server: Server) {
        let gone = server.unread.record(channel.socket.owedBytes, of: connection)
        if scenario.flaw == .keepsAllUnread { return }
        for id in gone {
            guard let channel = server.channel(of: id) else { continue }
            transcript.note(
                nowMs, Int64(server.host), 12, Int64(bitPattern: id.rawValue),
                line: "\(nowMs) server \(server.id.rawValue) cuts off \(channel.first - servers.count)")
            _ = channel.socket.takeBacklog()
            channel.socket.underWay = 0
            close(channel, at: server.host)
            agenda.add(.connectionEnded(server: server.host, life: server.life, id), at: nowMs + 1)
        }
    }

    /// The client has read some of what it was sent, or its replica has begun to wait for that.
    func sendOn(_ connection: ConnectionID, of server: Server) throws(Violation) {
        guard let channel = server.channel(of: connection) else { return }
        while let bytes = channel.socket.next() { send(.bytes(bytes), over: channel, from: server.host) }
        guard !channel.socket.isBehind else { return noteUnread(of: channel, connection, of: server) }
        server.unread.forget(connection)
        readLater(channel, at: server)
        guard channel.socket.isAwaited else { return }
        channel.socket.isAwaited = false
        try step(server, .drained(connection))
    }

    /// Checks that neither what clients ask for nor what they leave unread is without bounds.
    func requireRoom(at server: Server) throws(Violation) {
        guard scenario.areClientsDemanding else { return }
        let asked = (server.replica?.requestBytes ?? 0) + (server.replica?.heldRequestBytes ?? 0)
        let unread = server.clients.reduce(0) { $0 + ($1?.socket.owedBytes ?? 0) }
        // A read of one socket is beyond, and one answer.
        guard asked <= 3 * Socket.requestBytesMax, unread <= 2 * Socket.unreadBytesMax else {
            throw Violation(
                "server \(server.id.rawValue) keeps \(asked) bytes that its clients asked for, and \(unread) "
                    + "that they do not read")
        }
    }

    /// The server closes; its replica hears of it when the client's end is closed too.
    func end(_ connection: ConnectionID, of server: Server) throws(Violation) {
        guard let channel = server.channel(of: connection) else { return }
        try flush(connection, of: server)
        for bytes in channel.socket.takeBacklog() { send(.bytes(bytes), over: channel, from: server.host) }
        try requireReason(toEnd: channel, by: server)
        transcript.note(
            nowMs, Int64(server.host), 6, Int64(bitPattern: connection.rawValue),
            line: "\(nowMs) server \(server.id.rawValue) closes the connection of client "
                + "\(channel.first - servers.count)")
        close(channel, at: server.host)
        agenda.add(
            .connectionEnded(server: server.host, life: server.life, connection), at: nowMs + roll(20))
    }

    func endConnection(_ connection: ConnectionID, of server: Server) throws(Violation) {
        guard let channel = server.channel(of: connection) else { return }
        if channel[to: server.host].isOpen { close(channel, at: server.host) }
        server.unread.forget(connection)
        server.release(connection)
        try step(server, .closed(connection))
    }

    /// A leader's death is nobody's who is connected to another server: such a connection ends only when its
    /// session has, or has moved, when the server took a snapshot, or when it had no leader for as long as
    /// the session may go unheard, or did not hear of it.
    private func requireReason(toEnd channel: Channel, by server: Server) throws(Violation) {
        let client = clients[channel.first - servers.count]
        guard client.channel === channel, client.isConnected, channel[to: client.host].isOpen else { return }
        if record.model.closing(of: client.session) != nil { return }
        if server.adoptedMs >= 0 { return }
        if mayBeOutOfTouch(server) { return }
        // It read nothing, and was not read: so the leader did not hear of it.
        if nowMs - client.readsAtMs < Int64(scenario.sessionTimeoutMs) { return }
        // It asked for more than it took, while nobody was read.
        if channel.socket.isAwaited { return }
        // A question asked long ago, when the client was there.
        if let claim = claims[client.session], claim.by != server.host, nowMs - claim.atMs < 1_000 { return }
        let isLeaderless = server.servingRole == nil
        if isLeaderless, nowMs - server.leaderlessSinceMs >= Int64(scenario.sessionTimeoutMs) { return }
        throw Violation(
            "server \(server.id.rawValue) closed the connection of client \(client.index), whose session "
                + "\(client.session) lives")
    }

    /// The bytes, or what a flaw makes of them.
    private func garbled(_ bytes: ByteBuffer) -> ByteBuffer {
        switch scenario.flaw {
        case .answersBeforeEvents:
            let frames = bytes.frames
            return ByteBuffer(frames: frames.filter { !$0.isEvent } + frames.filter(\.isEvent))
        case .repeatsEvents where dice.isOneIn(10):
            return ByteBuffer(frames: bytes.frames.flatMap { $0.isEvent ? [$0, $0] : [$0] })
        default: return bytes
        }
    }
}

extension ByteBuffer {
    /// Without their lengths.
    var frames: [ByteBuffer] {
        var rest = self
        var frames: [ByteBuffer] = []
        while let frame = rest.readFrame() { frames.append(frame) }
        return frames
    }

    init(frames: [ByteBuffer]) {
        self.init()
        for frame in frames {
            writeInteger(Int32(frame.readableBytes))
            writeImmutableBuffer(frame)
        }
    }

    /// Takes a whole frame, where there is one.
    mutating func readFrame() -> ByteBuffer? {
        guard let length = getInteger(at: readerIndex, as: Int32.self), readableBytes >= 4 + Int(length)
        else {
            return nil
        }
        moveReaderIndex(forwardBy: 4)
        return readSlice(length: Int(length))
    }

    /// Whether this frame is an event.
    var isEvent: Bool { getInteger(at: readerIndex, as: Int32.self) == -1 }
}
