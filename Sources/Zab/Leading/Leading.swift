internal import Vocabulary

/// A leader's part: the chosen one becomes it by a quorum's promise, and stays it while a quorum answers.
///
/// Phases in the paper's order; each is left for the next when a quorum has answered and the disk has too.
struct Leading {
    enum Phase: Equatable {
        /// Discovery: hears who accepts which epoch.
        case gathering
        /// The epoch is chosen; the leader's own promise is on its way to the disk.
        case promising(Epoch)
        /// LEADERINFO is out; hears how far each one's history reaches.
        case proving(Epoch)
        /// A quorum has promised; the leader's current epoch is on its way to the disk, and learners get the
        /// history.
        case synchronising(Epoch)
        /// A quorum has the history: all of it is committed.
        case serving(Epoch)
    }

    var phase = Phase.gathering
    var learners: [Learner] = []
    /// The end of the history this reign begins with.
    let inherited: Zxid
    /// Who accepted an epoch, and the newest one heard of; voters only are counted.
    var accepted: Set<PeerID> = []
    var newestAccepted: Epoch
    var promised: Set<PeerID> = []
    var entered: Set<PeerID> = []
    /// What was proposed in this reign and what a quorum has of it.
    var broadcast = Acknowledgements()
    /// Voters that cannot follow, since they have promised a later epoch, and since when they come in vain.
    var overtakenSinceMs: [PeerID: Int64] = [:]
    /// When it was elected.
    let sinceMs: Int64
    var pingsAtMs: Int64
    /// Since when the epoch is open.
    var servingSinceMs: Int64?

    var epoch: Epoch? {
        switch phase {
        case .gathering: nil
        case .promising(let epoch), .proving(let epoch), .synchronising(let epoch), .serving(let epoch): epoch
        }
    }

    var isServing: Bool {
        guard case .serving = phase else { return false }
        return true
    }

    /// By when the next phase must have come. Whoever is heard and hears nobody knows it while it gathers.
    func deadlineMs(_ patience: Patience) -> Int64 {
        switch phase {
        case .gathering: sinceMs + patience.gatheringMs
        case .promising, .proving: sinceMs + patience.discoveryMs
        case .synchronising: sinceMs + patience.initMs
        case .serving: .max
        }
    }

    func index(of link: LinkID) -> Int? { learners.firstIndex { $0.link == link } }
}

/// Who has what of a reign's proposals on its disk.
struct Acknowledgements {
    /// One of each voter that was heard; few, and looked through at every acknowledgement.
    private var positions: [(peer: PeerID, zxid: Zxid)] = []

    mutating func note(_ zxid: Zxid, from peer: PeerID) {
        guard let index = positions.firstIndex(where: { $0.peer == peer }) else {
            return positions.append((peer, zxid))
        }
        positions[index].zxid = max(positions[index].zxid, zxid)
    }

    /// What it acknowledged no longer counts: it is about to be sent a history that may lack some of it, and
    /// acknowledges the rest again.
    mutating func forget(_ peer: PeerID) { positions.removeAll { $0.peer == peer } }

    func decided(by quorum: Quorum) -> Zxid {
        quorum.reached { voter in positions.first { $0.peer == voter }?.zxid ?? .zero }
    }
}

/// Discovery and synchronization (quorum protocol 3.3, steps 1 to 12).
extension Peer {
    mutating func receiveFromLearner(
        _ message: LearnerMessage, on link: LinkID, _ leading: inout Leading, at nowMs: Int64
    ) throws(Abandonment) {
        guard let index = leading.index(of: link) else { return }
        let patienceMs = leading.learners[index].phase == .serving ? patience.syncMs : patience.initMs
        leading.learners[index].deadlineMs = nowMs + patienceMs
        switch (message, leading.learners[index].phase) {
        case (.info(let peer, let accepted, let isObserver, let version), .connected):
            guard version <= membership.version else {
                return drop(link, "its configuration is newer than the leader's", &leading)
            }
            guard peer != me else { return drop(link, "it says to be this server", &leading) }
            guard membership.isListed(peer) || membership.admitsJoiners else {
                return drop(link, Peer.unlisted(peer), &leading)
            }
            guard accepted < .last else {
                return drop(
                    link, "it has accepted epoch \(accepted.rawValue), which none can follow", &leading)
            }
            leading.learners[index].peer = peer
            leading.learners[index].isVoter = membership.isVoter(peer) && !isObserver
            leading.learners[index].isObserver = isObserver
            leading.learners[index].phase = .introduced
            dropFormer(of: peer, but: link, &leading)
            try yield(to: peer, accepted: accepted, &leading, at: nowMs)
            hear(peer, accepted: accepted, &leading)
        case (.acknowledgeEpoch(let lastLogged, let currentEpoch), .informed):
            leading.learners[index].lastLogged = lastLogged
            leading.learners[index].phase = .promised
            prove(leading.learners[index], currentEpoch, &leading)
        case (.acknowledge(let zxid), .synchronising):
            // Some releases acknowledge proposals before NEWLEADER (quorum protocol 3.8).
            guard zxid.counter == 0 else { return }
            guard zxid.epoch == leading.epoch else {
                return drop(link, "it acknowledged epoch \(zxid.epoch.rawValue)", &leading)
            }
            leading.learners[index].phase = .ready
            if leading.learners[index].isVoter { leading.entered.insert(leading.learners[index].peer) }
            open(&leading, at: nowMs)
        case (.acknowledge(let zxid), .ready), (.acknowledge(let zxid), .serving):
            acknowledge(zxid, from: index, &leading, at: nowMs)
        case (.alive, .ready), (.alive, .serving), (.alive, .synchronising):
            return
        default:
            drop(link, "it said something out of turn", &leading)
        }
    }

    private static func unlisted(_ peer: PeerID) -> String {
        "it says to be server \(peer.rawValue), which the configuration here does not list; list it on all "
            + "servers, or let unlisted ones join with reconfigEnabled=true"
    }

    // MARK: Discovery

    /// A voter that has promised a later epoch, to a leader that came to nothing, can follow again only when
    /// there is a later one. Apache's leader leaves it out until somebody restarts a server (quorum protocol,
    /// trap 51); this one makes room, once the voter has come in vain for long enough to be no passing
    /// stranger.
    private func yield(
        to peer: PeerID, accepted: Epoch, _ leading: inout Leading, at nowMs: Int64
    ) throws(Abandonment) {
        guard case .serving(let epoch) = leading.phase, membership.isVoter(peer), accepted > epoch else {
            leading.overtakenSinceMs[peer] = nil
            return
        }
        let since = leading.overtakenSinceMs[peer, default: nowMs]
        leading.overtakenSinceMs[peer] = since
        guard nowMs - since >= patience.initMs else { return }
        throw Abandonment(
            "server \(peer.rawValue) has promised epoch \(accepted.rawValue), and cannot follow in "
                + "\(epoch.rawValue)")
    }

    /// A quorum's accepted epochs decide the new one: greater than any of them.
    mutating func hear(_ peer: PeerID, accepted epoch: Epoch, _ leading: inout Leading) {
        guard case .gathering = leading.phase else { return inform(&leading) }
        leading.newestAccepted = max(leading.newestAccepted, epoch)
        if membership.isVoter(peer) { leading.accepted.insert(peer) }
        let accepted = leading.accepted
        guard accepted.contains(me), membership.quorum.isReached(by: { accepted.contains($0) }) else {
            return
        }
        let chosen = Epoch(rawValue: leading.newestAccepted.rawValue + 1)
        leading.phase = .promising(chosen)
        standing.acceptedEpoch = chosen
        order(.acceptEpoch(chosen), then: .announceEpoch)
    }

    /// LEADERINFO to all who wait for it, once the leader's own promise is kept.
    private mutating func inform(_ leading: inout Leading) {
        switch leading.phase {
        case .gathering, .promising: return
        case .proving(let epoch), .synchronising(let epoch), .serving(let epoch):
            for index in leading.learners.indices where leading.learners[index].phase == .introduced {
                leading.learners[index].phase = .informed
                act(.toLearner(leading.learners[index].link, .leaderInfo(epoch)))
            }
        }
    }

    /// A learner's history must not be ahead of the leader's: it could hold what was committed and is not
    /// here.
    private mutating func prove(
        _ learner: Learner, _ currentEpoch: Epoch?, _ leading: inout Leading
    ) {
        guard case .proving = leading.phase else { return synchronise(&leading) }
        guard let currentEpoch else { return }
        let isAhead =
            currentEpoch > standing.currentEpoch
            || currentEpoch == standing.currentEpoch && learner.lastLogged > leading.inherited
        if isAhead { return drop(learner.link, "its history is ahead of the leader's", &leading) }
        if learner.isVoter, learner.lastLogged >= .zero { leading.promised.insert(learner.peer) }
        proveEnough(&leading)
    }

    private mutating func proveEnough(_ leading: inout Leading) {
        let promised = leading.promised
        guard case .proving(let epoch) = leading.phase,
            membership.quorum.isReached(by: { promised.contains($0) })
        else { return }
        leading.phase = .synchronising(epoch)
        standing.currentEpoch = epoch
        order(.enterEpoch(epoch), then: .countMyselfForEpoch)
        synchronise(&leading)
    }

    // MARK: Synchronization

    /// Sends the history to every learner that has promised and has not got it.
    private mutating func synchronise(_ leading: inout Leading) {
        guard let epoch = leading.epoch else { return }
        switch leading.phase {
        case .gathering, .promising, .proving: return
        case .synchronising, .serving: break
        }
        for index in leading.learners.indices where leading.learners[index].phase == .promised {
            leading.broadcast.forget(leading.learners[index].peer)
            send(
                through: leading.isServing ? history.committed : leading.inherited, &leading.learners[index],
                epoch)
        }
    }

    /// Committed history only, so that every release of Apache's followers takes it well (quorum protocol
    /// 3.8).
    private mutating func send(through end: Zxid, _ learner: inout Learner, _ epoch: Epoch) {
        switch history.plan(for: learner.lastLogged, to: end) {
        case .diff(let common):
            act(.toLearner(learner.link, .diff(through: end)))
            sendHistory(after: common, through: end, to: learner.link)
        case .truncate(let common):
            act(.toLearner(learner.link, .truncate(after: common)))
            sendHistory(after: common, through: end, to: learner.link)
        case .snapshot:
            // The tree holds what is committed, and only that; what a quorum has still to confirm follows it.
            // An empty tree has no zxid, and SNAP needs one: the place before the first entry that follows.
            let follows = history.entries(after: history.committed, through: end)
            let label =
                history.committed == .zero
                ? Zxid(epoch: follows.first?.zxid.epoch ?? epoch, counter: 0) : history.committed
            act(.toLearner(learner.link, .snapshot(label)))
            act(.sendSnapshot(learner.link))
            sendHistory(after: history.committed, through: end, to: learner.link)
        }
        learner.sent = max(end, Zxid(epoch: epoch, counter: 0))
        learner.phase = .synchronising
        act(.toLearner(learner.link, .newLeader(epoch, configuration: membership.text)))
    }

    private mutating func sendHistory(after common: Zxid, through end: Zxid, to link: LinkID) {
        for entry in history.entries(after: common, through: end) {
            act(.toLearner(link, .proposal(entry)))
            act(.toLearner(link, .commit(entry.zxid)))
        }
    }

    /// Opens the epoch when a quorum has the history; brings up to date who is ready.
    private mutating func open(_ leading: inout Leading, at nowMs: Int64) {
        let entered = leading.entered
        if case .synchronising(let epoch) = leading.phase {
            guard membership.quorum.isReached(by: { entered.contains($0) }) else { return }
            leading.phase = .serving(epoch)
            leading.servingSinceMs = nowMs
            settle(in: epoch)
            deliver(through: leading.inherited)
            lastProposed = Zxid(epoch: epoch, counter: 0)
            act(.serve(.lead(epoch)))
        }
        guard leading.isServing else { return }
        var overtaken: [LinkID] = []
        for index in leading.learners.indices where leading.learners[index].phase == .ready {
            leading.learners[index].phase = .serving
            leading.learners[index].deadlineMs = nowMs + patience.syncMs
            guard history.floor <= leading.learners[index].sent else {
                overtaken.append(leading.learners[index].link)
                continue
            }
            act(.toLearner(leading.learners[index].link, .upToDate))
            catchUp(&leading.learners[index], at: nowMs)
        }
        for link in overtaken { drop(link, "too much was committed while it took the history", &leading) }
    }

    // MARK: What the disk answered

    mutating func keep(_ promise: Promise, _ leading: inout Leading, at nowMs: Int64) {
        switch promise {
        case .announceEpoch:
            guard case .promising(let epoch) = leading.phase else { return }
            leading.phase = .proving(epoch)
            leading.promised.insert(me)
            inform(&leading)
            proveEnough(&leading)
        case .countMyselfForEpoch:
            leading.entered.insert(me)
            open(&leading, at: nowMs)
        case .acknowledge(let zxid):
            leading.broadcast.note(zxid, from: me)
        case .acknowledgeEpoch, .acknowledgeNewLeader:
            preconditionFailure("a learner's promises are withdrawn when it leads")
        }
    }
}
