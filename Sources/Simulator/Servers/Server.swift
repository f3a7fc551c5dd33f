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
    var effects = Effects()
    var disk: Disk
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
    var duty: Duty?
    /// Since when it has no leader.
    var leaderlessSinceMs: Int64 = 0
    /// When it last took a snapshot in the place of what it had.
    var adoptedMs: Int64 = -1

    /// The snapshot that it takes of itself, as far as it has come.
    var ownSnapshot: StoredState?

    // MARK: Channels

    var election: [Channel?]
    var leader: Channel?
    var attempt = 0
    var isAcceptingLearners = false
    var learners: [LinkID: Channel] = [:]
    var clients: [Channel?] = []
    private var generation: UInt32 = 0
    /// The first tree it ever sent, for a flaw.
    var firstTree: ByteBuffer?
    /// Bytes of a snapshot that have come and were not taken.
    var snapshotBytes: ByteBuffer?

    init(id: PeerID, host: Int, count: Int, flaw: Flaw?) {
        self.id = id
        self.host = host
        disk = Disk(flaw: flaw)
        election = Array(repeating: nil, count: count)
    }

    var isRunning: Bool { replica != nil }

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
