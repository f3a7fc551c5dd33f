internal import NIOCore
internal import Replica
internal import SeededRandom
internal import Vocabulary
internal import Wire

/// The clients' ends: connecting, asking, giving a server up.
extension Simulation {
    func plan(_ client: Client, inMs delayMs: Int64) {
        client.turn += 1
        agenda.add(.wake(client: client.index, turn: client.turn), at: nowMs + max(1, delayMs))
    }

    func move(_ client: Client) throws(Violation) {
        guard !client.isLost else { return }
        guard let channel = client.channel else {
            connect(client)
            return plan(client, inMs: Int64(scenario.sessionTimeoutMs) / 3)
        }
        let silentMsMax = Int64(scenario.sessionTimeoutMs) * 2 / 3
        guard nowMs - client.lastHeardMs < silentMsMax || nowMs < client.readsAtMs else {
            close(channel, at: client.host)
            loseConnection(client)
            return plan(client, inMs: 1)
        }
        if scenario.areClientsRestless, !client.pending.isEmpty, client.dice.isOneIn(40) {
            close(channel, at: client.host)
            loseConnection(client)
            return plan(client, inMs: 1)
        }
        stopReading(client)
        if client.isConnected {
            let pendingMax = nowMs < client.readsAtMs ? 5 * Client.pendingMax : Client.pendingMax
            if client.pending.count < pendingMax, !client.isIdle {
                let isLarge = scenario.areClientsDemanding && client.dice.isOneIn(3)
                ask(client.makeOperation(isLarge: isLarge), by: client)
            } else if nowMs - client.lastSentMs > Int64(scenario.sessionTimeoutMs) / 3 {
                say(RequestHeader(xid: -2, type: OpCode.ping.rawValue), by: client) { _ in }
            }
        }
        if client.isOfCrowd, client.isIdle { return plan(client, inMs: Int64(scenario.sessionTimeoutMs) / 4) }
        let think =
            client.dice.isOneIn(8) ? 1 : Int64.random(in: 1...scenario.thinkMsMax, using: &client.dice)
        plan(client, inMs: client.isConnected ? think : 50)
    }

    private func connect(_ client: Client) {
        let host = Int.random(in: 0..<servers.count, using: &client.dice)
        guard servers[host].isRunning, network.areConnected(client.host, host) else { return }
        let channel = open(.client, client.host, host)
        client.channel = channel
        client.isConnected = false
        client.restartXids()
        client.unread = ByteBuffer()
        client.lastHeardMs = nowMs
        send(.hello, over: channel, from: client.host)
        var frame = ByteBuffer()
        frame.writeLengthPrefixed { buffer in
            ConnectRequest(
                lastZxidSeen: client.lastZxid, timeoutMs: scenario.sessionTimeoutMs, session: client.session,
                password: client.session == .none
                    ? [UInt8](repeating: 0, count: SessionPassword.bytes)
                    : SessionPassword.of(client.session),
                isReadOnly: false
            ).encode(into: &buffer)
        }
        send(.bytes(frame), over: channel, from: client.host)
    }

    /// Ends a client's connection. Writes that were under way may have happened, or not.
    func loseConnection(_ client: Client) {
        client.channel = nil
        client.isConnected = false
        client.pending.removeAll()
        client.unheard = []
    }

    /// For some time the client reads nothing of what comes, and asks on.
    private func stopReading(_ client: Client) {
        guard scenario.areClientsDemanding, client.isConnected, calmSinceMs == nil, nowMs >= client.readsAtMs,
            client.dice.isOneIn(60)
        else { return }
        client.readsAtMs = nowMs + Int64.random(in: 50...1_500, using: &client.dice)
        agenda.add(.reading(client: client.index), at: client.readsAtMs)
    }

    func readOn(_ client: Client) throws(Violation) {
        let messages = client.unheard
        client.unheard = []
        guard let channel = client.channel else { return }
        for message in messages { try take(message, over: channel, by: client) }
    }

    func ask(_ operation: Operation, by client: Client) {
        let xid = client.makeXid()
        client.pending.append(Client.Pending(xid: xid, operation: operation, after: record.lastAnswered))
        transcript.note(
            nowMs, Int64(client.host), 7, Int64(xid),
            line: "\(nowMs) client \(client.index) asks \(xid): \(operation)")
        say(RequestHeader(xid: xid, type: operation.code.rawValue), by: client) {
            operation.encode(into: &$0)
        }
    }

    func endSession(of client: Client) {
        guard client.isConnected else { return }
        say(RequestHeader(xid: client.makeXid(), type: OpCode.closeSession.rawValue), by: client) { _ in }
    }

    private func say(_ header: RequestHeader, by client: Client, _ body: (inout ByteBuffer) -> Void) {
        guard let channel = client.channel else { return }
        var frame = ByteBuffer()
        frame.writeLengthPrefixed { buffer in
            header.encode(into: &buffer)
            body(&buffer)
        }
        client.lastSentMs = nowMs
        if scenario.areClientsDemanding, frame.readableBytes > Socket.largeRequestBytes {
            // Its beginning comes earlier.
            let begun = frame.readSlice(length: Socket.largeRequestBytes / 2) ?? ByteBuffer()
            send(.bytes(begun), over: channel, from: client.host)
        }
        send(.bytes(frame), over: channel, from: client.host)
    }

    // MARK: What it hears

    func arrive(_ message: Message, over channel: Channel, at client: Client) throws(Violation) {
        guard client.channel === channel else { return }
        if nowMs < client.readsAtMs {
            client.unheard.append(message)
        } else {
            try take(message, over: channel, by: client)
        }
    }

    private func take(_ message: Message, over channel: Channel, by client: Client) throws(Violation) {
        guard client.channel === channel else { return }
        switch message {
        case .bytes(var bytes):
            client.lastHeardMs = nowMs
            noteRead(bytes.readableBytes, over: channel)
            client.unread.writeBuffer(&bytes)
            while let frame = client.unread.readFrame() {
                if client.isConnected {
                    try hear(frame, by: client)
                } else {
                    try hearWelcome(frame, by: client)
                }
                guard client.channel === channel else { return }
            }
        case .end:
            channel[to: client.host].isOpen = false
            loseConnection(client)
            plan(client, inMs: Int64.random(in: 1...60, using: &client.dice))
        default: break
        }
    }

    /// The server may send on.
    private func noteRead(_ count: Int, over channel: Channel) {
        channel.socket.underWay = max(0, channel.socket.underWay - count)
        guard channel.socket.isBehind, let connection = channel.connection else { return }
        let server = servers[channel.second]
        agenda.add(.room(server: server.host, life: server.life, connection), at: nowMs + 1)
    }

    private func hearWelcome(_ frame: ByteBuffer, by client: Client) throws(Violation) {
        var reader = JuteReader(frame.readableBytesSpan)
        guard let response = try? ConnectResponse(decoding: &reader) else {
            throw Violation("client \(client.index) was welcomed with what is no connect response")
        }
        guard response.timeoutMs > 0 else {
            if isLongCalm, record.model.openSessions.contains(client.session) {
                throw Violation("client \(client.index) was refused, and its session \(client.session) lives")
            }
            return client.forgetSession()
        }
        if client.session == .none {
            client.session = response.session
            client.prepare()
        }
        guard response.session == client.session else {
            throw Violation("client \(client.index) was given session \(response.session)")
        }
        client.isConnected = true
        setWatchesAgain(of: client)
        plan(client, inMs: 1)
    }

    private func setWatchesAgain(of client: Client) {
        guard !client.watches.isEmpty else { return }
        for index in client.watches.indices { client.watches[index].since = client.lastZxid }
        func paths(_ kind: Client.Watch.Kind) -> [ZnodePath] {
            client.watches.filter { $0.kind == kind }.map(\.path)
        }
        ask(
            .setWatches(
                SetWatchesRequest(
                    relativeZxid: client.lastZxid, data: paths(.data), exist: paths(.existence),
                    children: paths(.children), persistent: [], recursive: [], hasPersistent: false)),
            by: client)
    }
}
