internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Replica
package import Vocabulary
package import Wire
internal import Zab

/// The learner's side: one connection to one leader.
extension QuorumLinks {
    /// Dials the leader's quorum port after `afterMs`, in the place of whatever was under way.
    ///
    /// `leaderLinkUp` or `leaderLinkDown` answers; one dial is made, and none after it.
    package func follow(_ leader: PeerID, afterMs: Int64) {
        loop.assertInEventLoop()
        dropLeaderLink()
        guard !isClosed else { return }
        let number = leaderLinkNumber
        leaderLink = .pausing(
            loop.assumeIsolated().scheduleTask(in: .milliseconds(afterMs)) { self.dial(leader, number) })
    }

    /// Ends the link to the leader, or the attempt; nothing is said of it any more.
    package func unfollow() {
        loop.assertInEventLoop()
        dropLeaderLink()
    }

    /// Sends a packet to the leader; nothing happens where there is no link.
    package func sendToLeader(_ packet: QuorumPacket) {
        loop.assertInEventLoop()
        guard case .linked(let leader) = leaderLink else { return }
        leader.add(packet)
        guard !leader.isBehind(by: limits.unsentBytesMax) else {
            log.warning(
                "the link to the leader is closed: it leaves more than \(limits.unsentBytesMax) bytes unread",
                metadata: ["remote": "\(leader.remote)"])
            leader.close()
            return loop.assumeIsolated().execute { self.endedLeader(leader) }
        }
        flushLater(leader)
    }

    func dropLeaderLink() {
        leaderLinkNumber += 1
        switch leaderLink {
        case .pausing(let pause): pause.cancel()
        case .linked(let leader):
            // The last words, such as an acknowledgement, leave before the end.
            _ = leader.flush(proposals: true)
            leader.close()
        case .nobody, .dialing: break
        }
        leaderLink = .nobody
    }

    private func dial(_ leader: PeerID, _ number: UInt64) {
        guard number == leaderLinkNumber else { return }
        guard leader != me, let address = members[leader] else {
            log.warning("the leader has no address", metadata: ["leader": "\(leader.rawValue)"])
            return missed()
        }
        leaderLink = .dialing
        port.dial(address.host, address.quorumPort, timeout: connectTimeout) {
            PacketHandler(owner: self, phase: .dialed)
        }
        .assumeIsolated().whenComplete { self.dialed(leader, number, $0) }
    }

    private func dialed(_ leader: PeerID, _ number: UInt64, _ result: Result<any Channel, any Error>) {
        var handler: PacketHandler?
        if case .success(let channel) = result {
            // Absent where the connection is closed already.
            handler = try? channel.pipeline.syncOperations.handler(type: PacketHandler.self)
        }
        guard number == leaderLinkNumber else {
            handler?.close()
            return
        }
        guard let handler else {
            log.debug(
                "no link to the leader", metadata: ["leader": "\(leader.rawValue)", "error": "\(result)"])
            return missed()
        }
        handler.become(.leader)
        leaderLink = .linked(handler)
        whenHappened(.leaderLinkUp)
    }

    private func missed() {
        leaderLink = .nobody
        whenHappened(.leaderLinkDown)
    }

    // MARK: What happens on the link

    func receivedFromLeader(_ packet: QuorumPacket) {
        guard case .linked = leaderLink else { return }
        if let way = packet.synchronization {
            log.info("synchronized by the leader", metadata: ["by": "\(way)", "zxid": "\(packet.zxid)"])
        }
        whenHappened(.fromLeader(packet))
    }

    func endedLeader(_ handler: PacketHandler) {
        guard case .linked(let leader) = leaderLink, leader === handler else { return }
        leaderLink = .nobody
        whenHappened(.leaderLinkDown)
    }
}
