internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Replica
internal import Vocabulary
internal import Wire
internal import Zab

/// How a link comes to be (quorum protocol 2.2).
///
/// The larger number's dial becomes the link. The smaller one's only says who it is and is closed by both;
/// then the larger dials back, always at the configured address: the one in the greeting is anybody's word.
/// Where the larger has a link already, the smaller may have lost it without a trace. So it dials anew, and
/// the new connection takes the old one's place once it is there; two dials that cross cost one connection
/// and no message.
extension ElectionLinks {
    /// Dials; nothing else may be under way to `peer`.
    func dial(_ peer: PeerID) {
        guard let address = members[peer] else { return }
        electionPeers[peer, default: ElectionPeer()].attempt = .dialing
        port.dial(address.host, address.electionPort, timeout: connectTimeout) {
            ElectionHandler(owner: self, phase: .dialed)
        }
        .assumeIsolated().whenComplete { self.dialed(peer, $0) }
    }

    private func dialed(_ peer: PeerID, _ result: Result<any Channel, any Error>) {
        let handler = handler(of: result)
        guard !isClosed else {
            handler?.close()
            return
        }
        electionPeers[peer]?.attempt = .none
        guard let handler else {
            log.debug(
                "no election link", metadata: ["peer": "\(peer.rawValue)", "error": "\(result)"])
            // A link that the other side knows nothing of any more, and no other in its place.
            if peer < me, let link = electionPeers[peer]?.link {
                link.close()
                loop.assumeIsolated().execute { self.ended(link, peer) }
            }
            return
        }
        if peer < me {
            handler.becomeLink(to: peer)
            handler.send(greeting)
            keep(handler, as: peer)
        } else if liveLink(to: peer) != nil {
            // It dialed meanwhile; to ask it again would cost that link.
            handler.close()
        } else {
            handler.sendLast(greeting)
            awaitDialBack(of: peer)
        }
    }

    private func handler(of result: Result<any Channel, any Error>) -> ElectionHandler? {
        guard case .success(let channel) = result else { return nil }
        // Absent where the connection is closed already.
        return try? channel.pipeline.syncOperations.handler(type: ElectionHandler.self)
    }

    private func awaitDialBack(of peer: PeerID) {
        let deadline = loop.assumeIsolated().scheduleTask(in: connectTimeout) {
            guard case .awaited = self.electionPeers[peer]?.attempt else { return }
            self.electionPeers[peer]?.attempt = .none
        }
        electionPeers[peer]?.attempt = .awaited(deadline)
    }

    /// In one write: Apache reads the address in one go.
    private var greeting: ByteBuffer {
        var address = "0.0.0.0:\(port.boundPort ?? 0)"
        if let own = members[me] {
            let host = own.host.contains(":") ? "[\(own.host)]" : own.host
            address = "\(host):\(own.electionPort)"
        }
        var bytes = ByteBuffer()
        ElectionGreeting(peer: me, address: ByteString(address)).encode(into: &bytes)
        return bytes
    }

    /// Somebody has connected and says who it is.
    func greeted(_ handler: ElectionHandler, _ greeting: ElectionGreeting) {
        guard !isClosed, !answersOnly else { return handler.close() }
        let isMember = members[greeting.peer] != nil
        switch HandshakeOutcome(greeting.peer, me: me, isMember: isMember, admitsJoiners: admitsJoiners) {
        case .keep(let peer):
            handler.becomeLink(to: peer)
            keep(handler, as: peer)
        case .dialBack(let peer):
            handler.close()
            if case .none = electionPeers[peer]?.attempt ?? .none { dial(peer) }
        case .anonymous: keepAnonymous(handler)
        case .refuse(let reason): handler.fail(reason)
        }
    }

    private func keepAnonymous(_ handler: ElectionHandler) {
        guard electionPeers.keys.count(where: { $0.rawValue < 0 }) < ElectionLinks.anonymousMax else {
            return handler.fail("is one observer without a number too many")
        }
        let peer = PeerID(rawValue: nextAnonymous)
        nextAnonymous -= 1
        handler.becomeLink(to: peer)
        keep(handler, as: peer)
    }

    /// Makes it the link, in the place of any other.
    private func keep(_ handler: ElectionHandler, as peer: PeerID) {
        var electionPeer = electionPeers[peer] ?? ElectionPeer()
        electionPeer.link?.close()
        electionPeer.link = handler
        if case .awaited(let deadline) = electionPeer.attempt {
            deadline.cancel()
            electionPeer.attempt = .none
        }
        electionPeers[peer] = electionPeer
        sendNewest(to: peer)
        whenHappened(.reachable(peer, true))
    }
}
