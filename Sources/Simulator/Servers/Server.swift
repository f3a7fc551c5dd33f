internal import NIOCore
internal import Replica
internal import Vocabulary
internal import Wire
internal import Zab

/// One server: the replica while it runs, its disk, its ends of channels, its clock.
final class Server {
    let id: PeerID
    /// The server's place in the network.
    let host: Int
    var replica: Replica?
    var effects: Effects
    /// Bytes of answers that a client may be given in one turn.
    private let outboxBytesMax: Int
    /// When its replica's effects are passed on, as by a node's loop.
    var turns: TurnPolicy
    private let isAlone: Bool
    /// When it passes on what it has gathered, at the latest.
    var passOnMs: Int64?
    var disk: Disk
    /// Of the orders that wait, those that the disk knows will come.
    private var foreseenCount = 0
    /// When it takes its next snapshot.
    var schedule: SnapshotSchedule
    /// Counts starts; what was planned for an earlier life does not happen.
    var life = 0
    /// Stands still while there is one: what has happened to it since.
    var backlog: [Event]?
    var diskDelayMsMax: Int64 = 3
    var isDiskFailing = false
    var wallSkewMs: Int64 = 0
    /// The end of the history that it is known to have applied.
    var position = 0
    var observed = Zxid.zero
    var servingRole: ServingRole?
    /// Since when it has no leader.
    var leaderlessSinceMs: Int64 = 0
    /// When each of the others was last heard of, by host: its leader's pings, its learners' answers.
    var heardMs: [Int64]
    /// When it last stood still.
    var resumedMs: Int64 = -1_000
    /// When it last took a snapshot in the place of what it had.
    var adoptedMs: Int64 = -1

    /// The snapshot that it takes of itself, as far as it has come.
    var ownSnapshot: StoredState?
    /// The order that the disk must have done before that is complete.
    var snapshotGate: UInt64 = 0

    // MARK: Channels

    var election: [Channel?]
    var leader: Channel?
    var attempt = 0
    var isAcceptingLearners = false
    var learners: [LinkID: Channel] = [:]
    var clients: [Channel?] = []
    /// Bytes that clients were sent and do not read, and who must go.
    var unread = Server.freshUnread
    private var generation: UInt32 = 0
    /// The trees it has sent, for a flaw: the first of all in pieces, and to whom others were begun.
    private var oldTree: [ByteBuffer] = []
    private var treeLinks: [LinkID] = []
    /// Bytes of a snapshot that have come and were not taken.
    var snapshotBytes: ByteBuffer?
    /// Packets to other servers that leave with the end of the turn, or later.
    private(set) var unsent: [(channel: Channel, packets: UnsentPackets)] = []

    init(id: PeerID, host: Int, count: Int, outboxBytesMax: Int, flaw: Flaw?) {
        self.id = id
        self.host = host
        self.outboxBytesMax = outboxBytesMax
        effects = Effects(outboxBytesMax: outboxBytesMax)
        isAlone = count == 1
        turns = Server.freshTurns(isAlone: isAlone)
        disk = Disk(flaw: flaw)
        schedule = SnapshotSchedule(transactions: nil, logBytes: Server.snapshotLogBytes, roll: UInt64(host))
        election = Array(repeating: nil, count: count)
        heardMs = Array(repeating: 0, count: count)
    }

    var isRunning: Bool { replica != nil }

    /// So few connections and writes at a time that there are slices and early writes.
    private static func freshTurns(isAlone: Bool) -> TurnPolicy {
        TurnPolicy(isAlone: isAlone, earlyWritesCount: 2, eventSliceCount: 1)
    }
    private static var freshUnread: SlowReaders {
        SlowReaders(bytesMax: Socket.unreadBytesMax, ofOneMax: Socket.unreadBytesOfOneMax)
    }
    /// So little that there are several in a run: a snapshot each second, about.
    private static let snapshotLogBytes = 8_000

    /// The process has ended, with all that it held.
    func forgetLife() {
        replica = nil
        effects = Effects(outboxBytesMax: outboxBytesMax)
        turns = Server.freshTurns(isAlone: isAlone)
        unread = Server.freshUnread
        passOnMs = nil
        foreseenCount = 0
        ownSnapshot = nil
        unsent = []
        life += 1
        attempt += 1
        backlog = nil
        isDiskFailing = false
    }

    // MARK: Writes

    /// Transactions that were applied may be ordered only, and not given to the disk: judges are told what
    /// will be there.
    func foresee() {
        disk.foresee(effects.writes.dropFirst(foreseenCount))
        foreseenCount = effects.writes.count
    }

    func takeWrites() -> [Effects.LogWrite] {
        foreseenCount = 0
        return effects.takeWrites()
    }

    // MARK: Packets

    /// Puts a packet behind what is to be sent on a link.
    func put(_ message: Message, on channel: Channel) {
        let index = unsent.firstIndex { $0.channel === channel } ?? unsent.count
        if index == unsent.count { unsent.append((channel, UnsentPackets())) }
        unsent[index].packets.add(message)
    }

    /// - Parameter proposals: Whether those leave, too.
    func takeUnsent(proposals: Bool) -> [(Channel, Message)] {
        var taken: [(Channel, Message)] = []
        for index in unsent.indices {
            taken += unsent[index].packets.take(proposals: proposals).map { (unsent[index].channel, $0) }
        }
        unsent.removeAll { $0.packets.isEmpty }
        return taken
    }

    /// A piece of a tree, or what a flaw makes of it: every tree is the first that was sent.
    func oldTree(in piece: ByteBuffer, on link: LinkID) -> [ByteBuffer] {
        let isBegun = treeLinks.contains(link)
        if !isBegun { treeLinks.append(link) }
        guard treeLinks.first != link else {
            oldTree.append(piece)
            return [piece]
        }
        return isBegun ? [] : oldTree
    }

    func instant(_ nowMs: Int64) -> Instant {
        // No two machines count from the same moment.
        Instant(
            monotonicMs: nowMs + Int64(host) * 100_000, wallMs: 1_700_000_000_000 + nowMs + wallSkewMs)
    }

    func accept(_ channel: Channel) -> ConnectionID {
        let slot = clients.firstIndex { $0 == nil } ?? clients.count
        if slot == clients.count { clients.append(nil) }
        generation += 1
        let connection = ConnectionID(slot: slot, generation: generation)
        channel.connection = connection
        clients[slot] = channel
        return connection
    }

    /// The channel of a connection that has not ended.
    func channel(of connection: ConnectionID) -> Channel? {
        guard connection.slot < clients.count, let channel = clients[connection.slot],
            channel.connection == connection
        else { return nil }
        return channel
    }

    func release(_ connection: ConnectionID) {
        if channel(of: connection) != nil { clients[connection.slot] = nil }
    }

    /// Every channel that it is an end of.
    var channels: [Channel] {
        election.compactMap(\.self) + [leader].compactMap(\.self)
            + learners.sorted { $0.key < $1.key }.map(\.value) + clients.compactMap(\.self)
    }

    func forgetChannels() {
        for index in election.indices { election[index] = nil }
        leader = nil
        learners = [:]
        clients = []
        snapshotBytes = nil
        isAcceptingLearners = false
    }
}
