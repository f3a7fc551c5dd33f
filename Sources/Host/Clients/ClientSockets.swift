internal import NIOCore
internal import Replica
internal import Vocabulary

/// The sockets of a node's clients, each in the slot that its `ConnectionID` names, and the bytes that
/// clients have not taken of what they were sent.
///
/// A value with one owner, the `ReplicaLoop`. Nothing here calls a socket, which may call back while it is
/// written to: writing and closing are the owner's.
struct ClientSockets: ~Copyable {
    struct Client {
        let id: ConnectionID
        let socket: ClientSocket
        /// The replica does not want to hear this client for now.
        var isPaused = false
        /// The replica waits for this client to take what it was sent.
        var isAwaited = false
        var isEnding = false
    }

    private var slots: [Client?] = []
    private var freeSlots: [Int] = []
    private var generation: UInt32 = 0
    private(set) var count = 0
    /// Backlogs of clients whose sockets have enough, by slot.
    private var backlogs: [Int: Backlog] = [:]
    private var unread: SlowReaders

    init(unreadBytesMax: Int) {
        unread = SlowReaders(bytesMax: unreadBytesMax)
    }

    var slotCount: Int { slots.count }

    mutating func open(_ channel: any Channel) -> ConnectionID {
        let slot = freeSlots.popLast() ?? slots.count
        if slot == slots.count { slots.append(nil) }
        generation &+= 1
        let id = ConnectionID(slot: slot, generation: generation)
        slots[slot] = Client(id: id, socket: .near(channel))
        count += 1
        return id
    }

    /// A socket whose loop has given it its slot.
    mutating func open(_ socket: FarSocket) {
        let id = socket.id
        while slots.count <= id.slot { slots.append(nil) }
        slots[id.slot] = Client(id: id, socket: .far(socket))
        count += 1
    }

    /// The far socket of a connection that may never have been opened here; nil unless it is open.
    func farSocket(of id: ConnectionID) -> FarSocket? {
        guard id.slot < slots.count, case .far(let socket) = self[id]?.socket else { return nil }
        return socket
    }

    mutating func close(_ id: ConnectionID) {
        guard let client = slots[id.slot], client.id == id else { return }
        slots[id.slot] = nil
        closeBacklog(of: id)
        if case .near = client.socket { freeSlots.append(id.slot) }
        count -= 1
    }

    /// The client of a connection; nil once that is closed, also where its slot is another's.
    subscript(id: ConnectionID) -> Client? {
        get {
            guard let client = slots[id.slot], client.id == id else { return nil }
            return client
        }
        set {
            if slots[id.slot]?.id == id { slots[id.slot] = newValue }
        }
    }

    // MARK: What clients have not taken

    /// Bytes that all of them together owe to read.
    var unreadBytes: Int { unread.bytes }

    func hasBacklog(_ id: ConnectionID) -> Bool {
        !backlogs.isEmpty && backlogs[id.slot] != nil
    }

    /// The socket has enough: what follows is to be kept here.
    mutating func openBacklog(of id: ConnectionID, socketBytes: Int) {
        backlogs[id.slot] = Backlog(socketBytes: socketBytes)
    }

    /// The client has taken everything, or never will.
    mutating func closeBacklog(of id: ConnectionID) {
        backlogs[id.slot] = nil
        unread.forget(id)
    }

    /// - Returns: Bytes that the client owes now.
    mutating func append(_ bytes: ByteBuffer, toBacklogOf id: ConnectionID) -> Int {
        backlogs[id.slot]?.append(bytes)
        return backlogs[id.slot]?.unreadBytes ?? 0
    }

    mutating func takeChunk(fromBacklogOf id: ConnectionID) -> ByteBuffer? {
        backlogs[id.slot]?.next()
    }

    /// - Returns: Whether nobody else is giving the socket its backlog.
    mutating func beginDraining(_ id: ConnectionID) -> Bool {
        guard let backlog = backlogs[id.slot], !backlog.isDraining else { return false }
        backlogs[id.slot]?.isDraining = true
        return true
    }

    /// The socket has enough again.
    ///
    /// - Returns: Bytes that the client owes now; nil when it is gone.
    mutating func endDraining(_ id: ConnectionID, socketBytes: Int) -> Int? {
        backlogs[id.slot]?.isDraining = false
        backlogs[id.slot]?.socketBytes = socketBytes
        return backlogs[id.slot]?.unreadBytes
    }

    /// Counts what a client owes.
    ///
    /// - Returns: Who must be cut off, the one that owes most first.
    mutating func setUnread(_ bytes: Int, of id: ConnectionID) -> [ConnectionID] {
        unread.record(bytes, of: id)
    }
}
