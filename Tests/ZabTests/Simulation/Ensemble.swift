import NIOCore
import SeededRandom
import Vocabulary
import Zab

/// A whole ensemble in one thread and one seed: peers, the links between them, their disks, and what goes
/// wrong.
///
/// Links keep order and break rather than lose. A disk answers late, and a crash takes what it had not
/// answered. Each proposal is a number never used twice, so that a history can be told from any other.
struct Ensemble {
    var generator: SeededGenerator
    let voters: [PeerID]
    let observers: [PeerID]
    var nodes: Servers
    var nowMs: Int64 = 1000
    var agreed = Agreement()
    private var events: [Event] = []
    private var serial: UInt64 = 0
    private var nextLink: UInt64 = 1
    private var nextNumber = 0
    /// Pairs between which nothing passes.
    private(set) var cut: Set<Pair> = []
    /// Milliseconds a message or a disk may take at most.
    var delayMsMax: Int64 = 5
    private(set) var transcript = Transcript()

    /// Servers crash at the worst moments, too.
    var isHarmful = false
    /// What is wrong with it on purpose.
    let flaw: Flaw?

    init(seed: UInt64, voters: Int, observers: Int, flaw: Flaw? = nil) {
        self.flaw = flaw
        generator = SeededGenerator(seed: seed)
        self.voters = (1...voters).map { PeerID(rawValue: Int64($0)) }
        self.observers = (0..<observers).map { PeerID(rawValue: Int64(voters + 1 + $0)) }
        nodes = Servers(count: voters + observers, flaw: flaw)
        for id in all { boot(id) }
    }

    var all: [PeerID] { voters + observers }

    var membership: Membership {
        Membership(quorum: Quorum(majorityOf: voters), observers: observers, version: 0, text: "")
    }

    // MARK: Time

    /// Runs until `endMs`, one event at a time.
    mutating func run(for durationMs: Int64) throws(Violation) {
        let endMs = nowMs + durationMs
        while let index = nextEvent(before: endMs) {
            let event = events.remove(at: index)
            nowMs = max(nowMs, event.atMs)
            try happen(event)
        }
        nowMs = endMs
    }

    private func nextEvent(before endMs: Int64) -> Int? {
        var best: Int?
        for index in events.indices where events[index].atMs < endMs {
            guard let known = best else {
                best = index
                continue
            }
            let (left, right) = (events[index], events[known])
            if (left.atMs, left.serial) < (right.atMs, right.serial) { best = index }
        }
        return best
    }

    private mutating func schedule(_ what: Event.What, on node: PeerID, at atMs: Int64) {
        serial += 1
        events.append(Event(atMs: atMs, serial: serial, node: node, life: nodes[node].life, what: what))
    }

    private mutating func happen(_ event: Event) throws(Violation) {
        guard nodes[event.node].life == event.life, nodes[event.node].peer != nil else { return }
        switch event.what {
        case .tick:
            try step(event.node, .ticked)
            schedule(.tick, on: event.node, at: nowMs + 20)
        case .input(let input, let channel):
            guard channel.map({ nodes[event.node].channels.contains($0) }) ?? true else { return }
            try step(event.node, input)
        case .snapshot(let content, let message, let channel):
            guard nodes[event.node].channels.contains(channel) else { return }
            nodes[event.node].received = content
            try step(event.node, .fromLeader(message))
        case .dial(let leader, let attempt):
            if nodes[event.node].attempt == attempt { dial(leader, from: event.node) }
        case .leaderLinkDown(let attempt):
            if nodes[event.node].attempt == attempt { try step(event.node, .leaderLinkDown()) }
        case .crash:
            guard isHarmful else { return }
            if generator.next() % 2 == 0, let leader = nodes[event.node].link?.leader { crash(leader) }
            crash(event.node)
        case .written(let ticket): nodes[event.node].disk.carryOut(through: ticket)
        case .stored(let ticket):
            if flaw != .acknowledgesBeforeSync { nodes[event.node].disk.carryOut(through: ticket) }
            try step(event.node, .stored(through: ticket))
        }
    }

    private mutating func step(_ id: PeerID, _ input: Peer.Input) throws(Violation) {
        let effects = nodes[id].run { $0.step(input, at: nowMs) }
        try execute(effects, of: id)
    }

    /// Has the leader propose something new; nothing when `id` does not lead.
    mutating func propose(at id: PeerID) throws(Violation) {
        guard nodes[id].peer != nil else { return }
        nextNumber += 1
        var isProposed = false
        let effects = nodes[id].run { peer in
            let body = ByteBuffer(integer: nextNumber)
            isProposed = peer.propose(body, as: peer.lastProposed.next, at: nowMs)
        }
        if !isProposed { nextNumber -= 1 }
        try execute(effects, of: id)
    }

    // MARK: What peers want done

    private mutating func execute(_ effects: [Effect], of id: PeerID) throws(Violation) {
        for effect in effects {
            transcript.note(nowMs, id, effect)
            switch effect {
            case .notify(let peer, let notification):
                send(.notified(notification, by: id), to: peer, from: id, over: nil)
            case .seek(let peer):
                guard isConnected(id, peer) else { continue }
                send(.reachable(peer, true), to: id, from: peer, over: nil)
                send(.reachable(id, true), to: peer, from: id, over: nil)
            case .follow(let leader, let afterMs):
                nodes[id].attempt += 1
                schedule(.dial(leader, attempt: nodes[id].attempt), on: id, at: nowMs + afterMs)
            case .unfollow:
                hangUp(learner: id)
                nodes[id].attempt += 1
            case .toLeader(let message):
                guard let link = nodes[id].link else { continue }
                send(.fromLearner(message, link.id), to: link.leader, from: id, over: link.id)
            case .toLearner(let link, let message):
                guard let learner = learner(of: link) else { continue }
                if case .snapshot = message {
                    nodes[id].announced[link] = message
                } else {
                    send(.fromLeader(message), to: learner, from: id, over: link)
                }
            case .sendSnapshot(let link):
                guard let learner = learner(of: link), let message = nodes[id].announced[link] else {
                    continue
                }
                let atMs = arrival(on: learner, from: id)
                schedule(.snapshot(tree(of: id), message, link), on: learner, at: atMs)
            case .drop(let link, _):
                if let learner = learner(of: link) { hangUp(learner: learner) }
            case .store(let write, let ticket):
                let content = nodes[id].received
                nodes[id].disk.queue(write, ticket, snapshot: content)
                if case .install = write {
                    nodes[id].delivered = content
                    try agreed.check(content, by: id)
                }
                nodes[id].diskBusyUntilMs = max(nodes[id].diskBusyUntilMs, nowMs) + delay()
                if isHarmful, write.endsSynchronization, generator.next() % 4 == 0 {
                    schedule(.crash, on: id, at: nodes[id].diskBusyUntilMs)
                }
                if flaw == .acknowledgesBeforeSync {
                    schedule(.stored(ticket), on: id, at: nowMs)
                    schedule(.written(ticket), on: id, at: nodes[id].diskBusyUntilMs)
                } else {
                    schedule(.stored(ticket), on: id, at: nodes[id].diskBusyUntilMs)
                }
            case .deliver(let entry):
                nodes[id].delivered.append(entry)
                try agreed.check(entry, at: nodes[id].delivered.count - 1, by: id)
            case .serve(.lead(let epoch)):
                try agreed.check(leader: id, of: epoch, knows: nodes[id].delivered)
            case .serve, .standBy, .acceptLearners: break
            }
        }
    }

    // MARK: Links

    private mutating func delay() -> Int64 { 1 + Int64(generator.next() % UInt64(delayMsMax)) }

    /// When something sent now arrives, behind everything sent before on the same way.
    private mutating func arrival(on receiver: PeerID, from sender: PeerID) -> Int64 {
        let way = Way(sender: sender, receiver: receiver)
        let earliest = flaw == .reordersMessages ? 0 : nodes[receiver].lastArrivalMs[way] ?? 0
        let atMs = max(nowMs + delay(), earliest)
        nodes[receiver].lastArrivalMs[way] = atMs
        return atMs
    }

    private mutating func send(
        _ input: Peer.Input, to receiver: PeerID, from sender: PeerID, over channel: LinkID?
    ) {
        guard isConnected(sender, receiver), nodes[receiver].peer != nil else { return }
        if flaw == .losesMessages, channel != nil, generator.next() % 50 == 0 { return }
        schedule(.input(input, channel), on: receiver, at: arrival(on: receiver, from: sender))
    }

    func isConnected(_ left: PeerID, _ right: PeerID) -> Bool { !cut.contains(Pair(left, right)) }

    /// What a leader sends to a learner that needs all of it.
    private func tree(of id: PeerID) -> [Entry] {
        switch flaw {
        case .sendsUncommittedTree:
            nodes[id].delivered + nodes[id].disk.entries(after: nodes[id].delivered.last?.zxid)
        case .sendsOldTree: nodes[id].delivered.dropLast()
        default: nodes[id].delivered
        }
    }

    private func learner(of link: LinkID) -> PeerID? { all.first { nodes[$0].link?.id == link } }

    private mutating func dial(_ leader: PeerID, from learner: PeerID) {
        guard isConnected(leader, learner), nodes[leader].peer != nil else {
            let attempt = nodes[learner].attempt
            return schedule(.leaderLinkDown(attempt: attempt), on: learner, at: nowMs + delay())
        }
        let link = LinkID(rawValue: nextLink)
        nextLink += 1
        nodes[learner].link = (link, leader)
        nodes[learner].channels.insert(link)
        nodes[leader].channels.insert(link)
        send(.learnerLinkUp(link), to: leader, from: learner, over: link)
        send(.leaderLinkUp, to: learner, from: leader, over: link)
    }

    private mutating func hangUp(learner: PeerID) {
        guard let link = nodes[learner].link else { return }
        nodes[learner].link = nil
        nodes[learner].channels.remove(link.id)
        nodes[link.leader].channels.remove(link.id)
        if nodes[learner].peer != nil {
            let attempt = nodes[learner].attempt
            schedule(.leaderLinkDown(attempt: attempt), on: learner, at: nowMs + delay())
        }
        if nodes[link.leader].peer != nil {
            schedule(.input(.learnerLinkDown(link.id), nil), on: link.leader, at: nowMs + delay())
        }
    }

    private mutating func breakLinks(between left: PeerID, and right: PeerID) {
        if nodes[left].link?.leader == right { hangUp(learner: left) }
        if nodes[right].link?.leader == left { hangUp(learner: right) }
        for (one, other) in [(left, right), (right, left)] where nodes[one].peer != nil {
            schedule(.input(.reachable(other, false), nil), on: one, at: nowMs + delay())
        }
    }

    // MARK: What goes wrong

    mutating func cutOff(_ left: PeerID, _ right: PeerID) {
        cut.insert(Pair(left, right))
        breakLinks(between: left, and: right)
    }

    mutating func heal() { cut.removeAll() }

    mutating func crash(_ id: PeerID) {
        guard nodes[id].peer != nil else { return }
        let kept = generator.next()
        nodes[id].disk.crash(keeping: kept)
        nodes[id].peer = nil
        nodes[id].life += 1
        for other in all where other != id { breakLinks(between: id, and: other) }
        nodes[id].channels.removeAll()
    }

    mutating func start(_ id: PeerID) throws(Violation) {
        guard nodes[id].peer == nil else { return }
        try nodes[id].disk.requireOrder()
        boot(id)
    }

    private mutating func boot(_ id: PeerID) {
        let applied = generator.next() % 3 != 0 ? nodes[id].delivered : nil
        let (persistent, history, delivered) = nodes[id].disk.recover(compacting: applied)
        nodes[id].delivered = delivered
        nodes[id].diskBusyUntilMs = nowMs
        nodes[id].peer = Peer(
            id, in: membership, timeouts: Timeouts(tickMs: 100, initLimit: 10, syncLimit: 5),
            persistent: persistent, history: history)
        schedule(.tick, on: id, at: nowMs + 1)
    }

    var leader: PeerID? {
        all.filter { id in
            guard case .lead = nodes[id].peer?.servingRole else { return false }
            return true
        }.max { currentEpoch(of: $0) < currentEpoch(of: $1) }
    }

    private func currentEpoch(of id: PeerID) -> Epoch {
        nodes[id].peer?.persistent.currentEpoch ?? .zero
    }
}

extension DiskWrite {
    /// A crash before it is carried out finds a server between two histories.
    fileprivate var endsSynchronization: Bool {
        switch self {
        case .install, .enterEpoch: true
        case .append, .truncate, .acceptEpoch: false
        }
    }
}
