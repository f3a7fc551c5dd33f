internal import Ensembles
internal import Glibc
package import Links
package import Logging
package import NIOCore
internal import Replica
package import Settings
internal import Vocabulary
internal import Zab

/// Does what the replica wants done on the links to the other servers of its ensemble, and tells it what
/// happened there.
///
/// Lives on the loop of the `ReplicaLoop`, like the links themselves.
package final class EnsembleLinks {
    private let election: ElectionLinks
    private let quorum: QuorumLinks
    private let loop: any EventLoop
    private let own: EnsembleMember.Address
    private let host: String?
    private let log: Logger
    /// Nobody is let in without a certificate.
    private let isSecured: Bool

    private static let opennessWarning =
        "other machines can reach the ports between the servers, where nobody has to prove who he is: let "
        + "only the servers of this ensemble through to them (a firewall, a network of their own)"

    /// - Returns: nil for a node that is all there is.
    package init?(
        _ settings: NodeSettings, on loop: any EventLoop, security: LinkSecurity? = nil, log: Logger
    ) {
        guard case .member(let ensemble) = settings.deployment, let own = EnsembleLinks.own(settings),
            let election = EnsembleLinks.electionLinks(settings, on: loop, security: security, log: log)
        else { return nil }
        self.loop = loop
        self.own = own
        self.host = EnsembleLinks.electionHost(settings)
        self.log = log
        self.isSecured = settings.linkTLS.map { !$0.takesPlain && $0.tls.clientAuth == .need } ?? false
        self.election = election
        if settings.healing.isEnabled {
            let desk = RowsDesk(directory: settings.dataLogDir)
            election.whenAsked = { desk.answer($0, on: loop) }
        }
        self.quorum = QuorumLinks(
            me: election.me, members: election.members, dataBytesMax: settings.limits.recordBytesMax,
            leaderDataBytesMax: settings.limits.leaderRecordBytesMax,
            handshakeTimeoutMs: Int64(settings.tickTimeMs) * Int64(ensemble.initTicks), loop: loop, log: log,
            security: security)
    }

    /// - Returns: nil for a node that is all there is.
    static func electionLinks(
        _ settings: NodeSettings, on loop: any EventLoop, security: LinkSecurity?, log: Logger
    ) -> ElectionLinks? {
        guard case .member(let ensemble) = settings.deployment, let serverID = settings.serverID else {
            return nil
        }
        let members = ensemble.members.compactMap { member in
            member.addresses.first.map { address in
                (
                    member.id,
                    MemberAddress(
                        host: address.host, quorumPort: address.quorumPort,
                        electionPort: address.electionPort)
                )
            }
        }
        return ElectionLinks(
            me: PeerID(rawValue: serverID), members: Dictionary(uniqueKeysWithValues: members),
            connectTimeoutMs: Int64(ensemble.electionConnectTimeoutMs),
            handshakeTimeoutMs: Int64(settings.tickTimeMs) * Int64(ensemble.syncTicks),
            admitsJoiners: settings.isReconfigEnabled, loop: loop, log: log, security: security)
    }

    /// Where the ports between the servers listen; nil for all addresses.
    static func electionHost(_ settings: NodeSettings) -> String? {
        guard case .member(let ensemble) = settings.deployment, !ensemble.listensOnAllAddresses else {
            return nil
        }
        return own(settings)?.host
    }

    private static func own(_ settings: NodeSettings) -> EnsembleMember.Address? {
        settings.ensemble?.members.first { $0.id.rawValue == settings.serverID }?.addresses.first
    }

    /// The other servers, to be asked for rows.
    var asking: Asking { Asking(election) }

    /// Says from now on what happens on the links.
    ///
    /// - Parameter snapshot: Takes what it can of a snapshot's stream; true when that is complete.
    func report(
        to happened: @escaping (LinkEvent) -> Void, snapshot: @escaping (inout ByteBuffer) -> Bool
    ) {
        election.whenHappened = happened
        quorum.whenHappened = happened
        quorum.whenSnapshotBytes = snapshot
    }

    /// Opens the election port.
    ///
    /// - Returns: When the other servers can reach this one.
    func open() -> EventLoopFuture<Void> {
        let bound = listen(untilMs: Instant.now.monotonicMs + EnsembleLinks.nameLimitMs, warnedMs: nil)
        return bound.assumeIsolated().map { [log, election, host, isSecured] in
            guard election.isBeyondLoopback, !isSecured else { return }
            log.warning(
                "\(EnsembleLinks.opennessWarning)", metadata: ["host": "\(host ?? "all addresses")"])
        }.nonisolated()
    }

    /// The name of a server that has just come up may get its address only some time later, as in Kubernetes:
    /// Apache tries three times, this one for five minutes.
    private static let nameLimitMs: Int64 = 300_000
    private static let namePause = TimeAmount.seconds(1)
    private static let warningPauseMs: Int64 = 30_000

    private func listen(untilMs: Int64, warnedMs: Int64?) -> EventLoopFuture<Void> {
        let loop = self.loop
        return election.listen(host: host, port: own.electionPort).hop(to: loop).assumeIsolated()
            .flatMapError { error in
                let nowMs = Instant.now.monotonicMs
                guard EnsembleLinks.mayPass(error), nowMs < untilMs else {
                    return loop.makeFailedFuture(error)
                }
                var warnedMs = warnedMs
                if warnedMs.map({ nowMs - $0 >= EnsembleLinks.warningPauseMs }) ?? true {
                    warnedMs = nowMs
                    self.log.warning(
                        "the name of this server's own line does not lead to this machine yet; tries again",
                        metadata: [
                            "name": "\(self.own.host)", "error": "\(error)",
                            "forSeconds": "\((untilMs - nowMs) / 1000)",
                        ])
                }
                let again = loop.makePromise(of: Void.self)
                let bound = NIOLoopBound(self, eventLoop: loop)
                loop.scheduleTask(in: EnsembleLinks.namePause) { [warnedMs] in
                    bound.value.listen(untilMs: untilMs, warnedMs: warnedMs).cascade(to: again)
                }
                return again.futureResult
            }.nonisolated()
    }

    /// Whether a name that means nothing, or another machine, may mean this one later.
    private static func mayPass(_ error: any Error) -> Bool {
        if error is SocketAddressError || error is SocketAddressError.UnknownHost { return true }
        return (error as? IOError)?.errnoCode == EADDRNOTAVAIL
    }

    func perform(_ action: LinkAction) {
        switch action {
        case .notify(let peer, let notification): election.notify(peer, notification)
        case .seek(let peer): election.seek(peer)
        case .follow(let leader, let afterMs): quorum.follow(leader, afterMs: afterMs)
        case .unfollow: quorum.unfollow()
        case .acceptLearners(true): listen()
        case .acceptLearners(false): _ = quorum.stopListening()
        case .toLeader(let packet): quorum.sendToLeader(packet)
        case .toLearner(let link, let packet): quorum.send(packet, to: link)
        case .snapshotPiece(let link, let bytes): quorum.sendRaw(bytes, to: link)
        case .drop(let link, let reason): quorum.drop(link, because: reason)
        }
    }

    /// Whether learners or the leader are to get something with the next `flush`.
    var hasUnsent: Bool { quorum.hasUnsent }

    /// - Parameter proposals: Whether proposals leave too; without them they wait for the next time.
    func flush(proposals: Bool) { quorum.flush(proposals: proposals) }

    private func listen() {
        let log = log
        quorum.listen(host: host, port: own.quorumPort).whenFailure { error in
            log.error("cannot listen for followers", metadata: ["error": "\(error)"])
        }
    }

    func close() {
        _ = election.close()
        _ = quorum.close()
    }
}
