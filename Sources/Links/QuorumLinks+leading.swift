internal import Logbook
internal import Logging
package import NIOCore
internal import Replica
internal import Vocabulary
package import Wire
package import Zab

/// The leader's side: links of learners, each with a number of its own.
extension QuorumLinks {
    /// Sends a packet to a learner; nothing happens where its link is gone.
    package func send(_ packet: QuorumPacket, to link: LinkID) {
        loop.assertInEventLoop()
        guard let learner = learners[link] else { return }
        if let way = packet.synchronization {
            logLearner(
                "synchronizes a learner", of: link,
                ["by": "\(way)", "zxid": "\(packet.zxid)", "link": "\(link.rawValue)"])
        }
        learner.add(packet)
        added(to: learner, link)
    }

    /// Sends bytes that are no packet: the tree behind a SNAP packet (quorum protocol 3.5).
    package func sendRaw(_ bytes: ByteBuffer, to link: LinkID) {
        loop.assertInEventLoop()
        guard let learner = learners[link] else { return }
        learner.add(bytes)
        added(to: learner, link)
    }

    /// Closes a learner's link, with what it has not been sent. `learnerLinkDown` follows.
    package func drop(_ link: LinkID, because reason: String) {
        loop.assertInEventLoop()
        guard let learner = learners.removeValue(forKey: link) else { return }
        port.complaints.note(
            .info, "a learner is dropped", from: Port.host(of: learner.channel?.remoteAddress),
            ["reason": "\(reason)", "link": "\(link.rawValue)", "remote": "\(learner.remote)"])
        learner.close()
        loop.assumeIsolated().execute { if !self.isClosed { self.whenHappened(.learnerLinkDown(link)) } }
    }

    private func added(to learner: PacketHandler, _ link: LinkID) {
        guard !learner.isBehind(by: limits.unsentBytesMax) else {
            return drop(link, because: "it leaves more than \(limits.unsentBytesMax) bytes unread")
        }
        flushLater(learner)
    }

    // MARK: What happens on a link

    /// An unidentified connection turned out to be a learner's.
    func introduced(_ handler: PacketHandler, _ packet: QuorumPacket) {
        guard !isClosed, learners.count < QuorumLinks.learnersMax else {
            port.complaints.warn(
                "too many learners; closed", from: Port.host(of: handler.channel?.remoteAddress))
            return handler.close()
        }
        lastLink += 1
        let link = LinkID(rawValue: lastLink)
        handler.become(.learner(link))
        learners[link] = handler
        logIntroduction(packet, on: link)
        whenHappened(.learnerLinkUp(link))
        received(packet, from: link)
    }

    private func logIntroduction(_ packet: QuorumPacket, on link: LinkID) {
        guard let data = packet.data, let info = try? LearnerInfo(decoding: data) else { return }
        logLearner(
            "a learner comes", of: link,
            [
                "server": "\(info.peer.rawValue)",
                "as": packet.kind == .observerInfo ? "observer" : "follower", "link": "\(link.rawValue)",
            ])
    }

    func received(_ packet: QuorumPacket, from link: LinkID) {
        if learners[link] != nil { whenHappened(.fromLearner(packet, link)) }
    }

    func ended(_ handler: PacketHandler, _ link: LinkID) {
        guard learners[link] === handler else { return }
        learners[link] = nil
        whenHappened(.learnerLinkDown(link))
    }
}
