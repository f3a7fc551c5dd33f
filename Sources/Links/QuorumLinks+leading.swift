internal import Logbook
internal import Logging
package import NIOCore
package import Wire
package import Zab

/// The leader's side: links of learners, each with a number of its own.
extension QuorumLinks {
    /// Sends a packet to a learner; nothing happens where its link is gone.
    package func send(_ packet: QuorumPacket, to link: LinkID) {
        loop.assertInEventLoop()
        guard let learner = learners[link] else { return }
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

    /// Bytes that a learner has been sent and has not taken; past `unsentBytesMax` beside a
    /// tree its link is closed.
    package func unsentBytes(to link: LinkID) -> Int {
        learners[link]?.unsentBytes ?? 0
    }

    /// Closes a learner's link, with what it has not been sent. `whenLearnerDown` follows.
    package func drop(_ link: LinkID, because reason: String) {
        loop.assertInEventLoop()
        guard let learner = learners.removeValue(forKey: link) else { return }
        port.complaints.note(
            .info, "a learner is dropped", from: Port.host(of: learner.channel?.remoteAddress),
            ["reason": "\(reason)", "link": "\(link.rawValue)", "remote": "\(learner.remote)"])
        learner.silence()
        loop.assumeIsolated().execute { if !self.isClosed { self.whenLearnerDown(link) } }
    }

    private func added(to learner: PacketHandler, _ link: LinkID) {
        guard !learner.isBehind(by: unsentBytesMax) else {
            return drop(link, because: "it leaves more than \(unsentBytesMax) bytes unread")
        }
        flushLater(learner)
    }

    // MARK: What happens on a link

    /// An unidentified connection turned out to be a learner's.
    func introduced(_ handler: PacketHandler, _ packet: QuorumPacket) {
        guard !isClosed, learners.count < QuorumLinks.learnersMax else {
            port.complaints.warn(
                "too many learners; closed", from: Port.host(of: handler.channel?.remoteAddress))
            return handler.silence()
        }
        lastLink += 1
        let link = LinkID(rawValue: lastLink)
        handler.become(.learner(link))
        learners[link] = handler
        whenLearnerUp(link)
        heard(packet, from: link)
    }

    func heard(_ packet: QuorumPacket, from link: LinkID) {
        if learners[link] != nil { whenFromLearner(link, packet) }
    }

    func ended(_ handler: PacketHandler, _ link: LinkID) {
        guard learners[link] === handler else { return }
        learners[link] = nil
        whenLearnerDown(link)
    }
}
