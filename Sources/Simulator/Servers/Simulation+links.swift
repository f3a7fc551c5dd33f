internal import NIOCore
internal import Replica
internal import SeededRandom
internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// Effects of replicas towards one another and towards clients, and what arrives at them.
extension Simulation {
    func act(_ action: Effects.Action, of server: Server) throws(Violation) {
        switch action {
        case .close(let connection): try end(connection, of: server)
        case .pauseReading(let connection):
            server.channel(of: connection)?.socket.isPaused = scenario.flaw != .readsWithoutRoom
        case .resumeReading(let connection):
            guard let channel = server.channel(of: connection) else { return }
            channel.socket.isPaused = false
            readLater(channel, at: server)
        case .awaitDrained(let connection):
            server.channel(of: connection)?.socket.isAwaited = true
            agenda.add(.room(server: server.host, life: server.life, connection), at: nowMs + 1)
        case .continueSoon: agenda.add(.turn(server: server.host, life: server.life), at: nowMs + 1)
        case .warn, .complain: break
        case .link(let action): try act(action, of: server)
        case .snapshot(let action): try act(action, of: server)
        }
    }

    private func act(_ action: LinkAction, of server: Server) throws(Violation) {
        switch action {
        case .notify(let peer, let notification):
            try requireHonest(notification, of: server)
            transcript.note(
                nowMs, Int64(server.host), 10, peer.rawValue, notification.round,
                line:
                    "\(nowMs) server \(server.id.rawValue) tells server \(peer.rawValue): "
                    + "\(notification.state), votes for \(notification.vote.leader.rawValue), "
                    + "round \(notification.round)")
            guard let other = self.server(peer), let channel = seek(other, from: server) else { return }
            send(.notification(notification), over: channel, from: server.host)
        case .seek(let peer):
            if let other = self.server(peer) { _ = seek(other, from: server) }
        case .follow(let leader, let afterMs):
            server.attempt += 1
            hangUp(server)
            agenda.add(
                .dial(server: server.host, leader, attempt: server.attempt), at: nowMs + max(1, afterMs))
        case .unfollow:
            server.attempt += 1
            hangUp(server)
        case .acceptLearners(let areWelcome): server.isAcceptingLearners = areWelcome
        case .toLeader(let packet):
            try requireHonest(packet, of: server)
            note(packet, from: server, line: "to its leader")
            guard let channel = server.leader else { return }
            server.put(.toLeader(packet), on: channel)
            if scenario.flaw == .repeatsRequests, packet.kind == .request, dice.isOneIn(20) {
                server.put(.toLeader(packet), on: channel)
            }
        case .toLearner(let link, let packet):
            note(packet, from: server, line: "to a learner")
            guard let channel = server.learners[link] else { return }
            server.put(.toLearner(packet), on: channel)
        case .snapshotPiece(let link, let piece):
            guard let channel = server.learners[link] else { return }
            let pieces = scenario.flaw == .sendsOldTree ? server.oldTree(in: piece, on: link) : [piece]
            for piece in pieces { server.put(.snapshotPiece(piece), on: channel) }
        case .drop(let link, _):
            guard let channel = server.learners.removeValue(forKey: link) else { return }
            close(channel, at: server.host)
        }
    }

    func server(_ id: PeerID) -> Server? {
        let host = Int(id.rawValue) - 1
        return servers.indices.contains(host) ? servers[host] : nil
    }

    private func note(_ packet: QuorumPacket, from server: Server, line: String) {
        transcript.note(
            nowMs, Int64(server.host), 5, Int64(packet.kind.rawValue), packet.zxid.rawValue,
            line: "\(nowMs) server \(server.id.rawValue) \(line): \(packet.kind) \(packet.zxid)")
    }

    // MARK: Promises

    /// Checks that a server that looks votes with what is on its disk (quorum protocol 12.1, vote honesty).
    private func requireHonest(_ notification: Notification, of server: Server) throws(Violation) {
        guard notification.state == .looking, notification.vote.leader == server.id else { return }
        // A marked server says of itself that it is to be elected by nobody.
        if server.disk.isMarked, scenario.flaw != .votesWithoutFiles { return }
        let vote = notification.vote
        guard vote.zxid == server.disk.lastZxid, vote.epoch == server.disk.currentEpoch else {
            throw Violation(
                "server \(server.id.rawValue) votes with \(vote.zxid) of epoch \(vote.epoch.rawValue), "
                    + "and has \(server.disk.lastZxid) of epoch "
                    + "\(server.disk.currentEpoch.rawValue) on its disk")
        }
    }

    /// Checks that what a server acknowledges is on its disk (quorum protocol 12.1, ack honesty).
    private func requireHonest(_ packet: QuorumPacket, of server: Server) throws(Violation) {
        let disk = server.disk
        let isHonest =
            switch packet.kind {
            case .acknowledgement where packet.zxid.counter == 0: disk.currentEpoch >= packet.zxid.epoch
            case .acknowledgement: disk.lastZxid >= packet.zxid
            case .acknowledgeEpoch: disk.lastZxid >= packet.zxid
            default: true
            }
        guard isHonest else {
            throw Violation(
                "server \(server.id.rawValue) acknowledges \(packet.zxid), and has \(disk.lastZxid) of epoch "
                    + "\(disk.currentEpoch.rawValue) on its disk")
        }
    }

    // MARK: Links

    /// The election link to another server; opens one where there is none and one can be had.
    private func seek(_ other: Server, from server: Server) -> Channel? {
        if let channel = server.election[other.host] { return channel }
        guard other.isRunning, other.host != server.host, network.areConnected(server.host, other.host) else {
            return nil
        }
        if let stale = other.election[server.host] { close(stale, at: other.host) }
        let channel = open(.election, server.host, other.host)
        server.election[other.host] = channel
        other.election[server.host] = channel
        send(.hello, over: channel, from: server.host)
        send(.hello, over: channel, from: other.host)
        return channel
    }

    func dial(_ leader: PeerID, from server: Server) {
        guard server.isRunning, let other = self.server(leader) else { return }
        guard network.areConnected(server.host, other.host) else {
            // A connection attempt that nobody answers ends by itself.
            agenda.add(.unreachable(server: server.host, attempt: server.attempt), at: nowMs + 300)
            return
        }
        guard other.isRunning, other.isAcceptingLearners else {
            agenda.add(
                .unreachable(server: server.host, attempt: server.attempt),
                at: nowMs + roll(network.delayMsMax))
            return
        }
        let link = LinkID(rawValue: nextLink)
        nextLink += 1
        let channel = open(.quorum(link), server.host, other.host)
        server.leader = channel
        server.snapshotBytes = nil
        other.learners[link] = channel
        send(.hello, over: channel, from: server.host)
        send(.hello, over: channel, from: other.host)
    }

    private func hangUp(_ server: Server) {
        guard let channel = server.leader else { return }
        close(channel, at: server.host)
        server.leader = nil
        server.snapshotBytes = nil
    }

    // MARK: Arrivals

    func arrive(_ message: Message, over channel: Channel, at host: Int) throws(Violation) {
        guard channel[to: host].isOpen else { return }
        guard host < servers.count else {
            return try arrive(message, over: channel, at: clients[host - servers.count])
        }
        let server = servers[host]
        switch channel.kind {
        case .election: try arrive(message, over: channel, of: server)
        case .quorum(let link):
            if channel.first == host {
                try arriveFromLeader(message, over: channel, at: server)
            } else {
                try arriveFromLearner(message, over: channel, link, at: server)
            }
        case .client: try arriveFromClient(message, over: channel, at: server)
        }
    }

    private func arrive(_ message: Message, over channel: Channel, of server: Server) throws(Violation) {
        let peer = servers[channel.other(than: server.host)].id
        switch message {
        case .hello: try step(server, .link(.reachable(peer, true)))
        case .notification(let notification): try step(server, .link(.notified(notification, by: peer)))
        case .end:
            channel[to: server.host].isOpen = false
            guard server.election[channel.other(than: server.host)] === channel else { return }
            server.election[channel.other(than: server.host)] = nil
            try step(server, .link(.reachable(peer, false)))
        default: break
        }
    }

    private func arriveFromLeader(_ message: Message, over channel: Channel, at server: Server)
        throws(Violation)
    {
        guard server.leader === channel else { return }
        switch message {
        case .hello: try step(server, .link(.leaderLinkUp))
        case .toLearner(let packet):
            guard server.snapshotBytes == nil else {
                throw Violation("server \(server.id.rawValue) was sent a packet in the middle of a tree")
            }
            guard packet.data?.readableBytes ?? 0 <= scenario.recordBytesMax else {
                hangUp(server)
                return try step(server, .link(.leaderLinkDown))
            }
            if packet.kind == .ping, server.servingRole != nil { server.heardMs[channel.second] = nowMs }
            if packet.kind == .snapshot { server.snapshotBytes = ByteBuffer() }
            try step(server, .link(.fromLeader(stamped(packet, by: server))))
        case .snapshotPiece(var piece):
            guard server.snapshotBytes != nil else { return }
            server.snapshotBytes?.writeBuffer(&piece)
            try readSnapshot(server)
        case .end:
            channel[to: server.host].isOpen = false
            server.leader = nil
            server.snapshotBytes = nil
            try step(server, .link(.leaderLinkDown))
        default: break
        }
    }

    private func readSnapshot(_ server: Server) throws(Violation) {
        guard var bytes = server.snapshotBytes else { return }
        do {
            let isComplete = try server.replica?.readSnapshot(&bytes) ?? true
            server.snapshotBytes = isComplete ? nil : bytes
            if isComplete { server.adoptedMs = nowMs }
        } catch {
            throw Violation("server \(server.id.rawValue) was sent a tree that it cannot read: \(error)")
        }
    }

    /// The packet, or what a flaw makes of it.
    private func stamped(_ packet: QuorumPacket, by server: Server) -> QuorumPacket {
        guard packet.kind == .proposal, let data = packet.data else { return packet }
        guard scenario.flaw == .changesTime || scenario.flaw == .keepsLastNumber,
            var transaction = try? Transaction(decoding: data.readableBytesSpan)
        else { return packet }
        if scenario.flaw == .changesTime { transaction.timeMs = server.instant(nowMs).wallMs }
        if scenario.flaw == .keepsLastNumber, case .create(var creation) = transaction.change {
            if creation.parentCversion < -1 { creation.parentCversion = .max }
            transaction.change = .create(creation)
        }
        var body = ByteBuffer()
        transaction.encode(into: &body)
        return QuorumPacket(.proposal, zxid: packet.zxid, data: body)
    }

    private func arriveFromLearner(
        _ message: Message, over channel: Channel, _ link: LinkID, at server: Server
    ) throws(Violation) {
        guard server.learners[link] === channel else { return }
        switch message {
        case .hello: try step(server, .link(.learnerLinkUp(link)))
        case .toLeader(let packet):
            if packet.kind == .ping, server.servingRole != nil { server.heardMs[channel.first] = nowMs }
            if packet.kind == .revalidate, let data = packet.data,
                let session = try? Revalidation.question(decoding: data).0
            {
                claims[session] = (by: channel.first, atMs: nowMs)
            }
            try step(server, .link(.fromLearner(packet, link)))
        case .end:
            channel[to: server.host].isOpen = false
            server.learners[link] = nil
            try step(server, .link(.learnerLinkDown(link)))
        default: break
        }
    }
}
