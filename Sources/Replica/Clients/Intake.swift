internal import DequeModule
internal import Vocabulary

/// Bytes of what all clients together have asked for and was not done yet; and who waits to be read on until
/// there are fewer.
///
/// A request that is larger than `largeBytes` is admitted when its length is known and before the rest of it
/// is read: so a thousand clients that send a megabyte each are read one after the other. Smaller ones come
/// with one read of the socket, and need no more room than a quarter beyond, which large ones leave them:
/// who asks for little does not stand in line behind those.
///
/// Bytes that have come and may not be looked at yet are held: of each client as much as one read of its
/// socket brought. A quarter of the bound is theirs; beyond it nobody is read until half of that is free.
struct Intake {
    let bytesMax: Int
    let largeBytes: Int
    /// Of requests that are being read, or wait to be answered.
    private(set) var bytes = 0
    /// Of requests that nobody has looked at yet, beside those that `bytes` has room for already.
    private(set) var heldBytes = 0
    /// Nobody is read.
    private(set) var isShut = false
    private var waiting: Deque<ConnectionID> = []

    init(bytesMax: Int, largeBytes: Int) {
        self.bytesMax = bytesMax
        self.largeBytes = largeBytes
    }

    var hasWaiting: Bool { !waiting.isEmpty }

    mutating func add(_ count: Int) { bytes += count }
    mutating func remove(_ count: Int) { bytes -= count }

    /// How much may be taken in without looking closer.
    ///
    /// - Parameter proposed: What is on its way to the disks. What clients wait for is a part of it, and so
    ///   is what they waited for before they hung up.
    func room(proposed: Int) -> Int {
        waiting.isEmpty ? bytesMax - max(bytes, proposed) : -1
    }

    /// Whether a request of `count` bytes may be taken in. One may always, however large it is.
    func admits(_ count: Int, proposed: Int) -> Bool {
        let taken = max(bytes, proposed)
        if taken == 0 { return true }
        if count <= largeBytes { return taken + count <= bytesMax + bytesMax / 4 }
        return waiting.isEmpty && taken + count <= bytesMax
    }

    /// Whether the one at the head of the line may go on, if it needs `count` bytes.
    func admitsNext(_ count: Int, proposed: Int) -> Bool {
        let taken = max(bytes, proposed)
        return taken == 0 || taken + count <= bytesMax
    }

    mutating func wait(_ connection: ConnectionID) { waiting.append(connection) }

    var next: ConnectionID? { waiting.first }

    mutating func dropNext() { waiting.removeFirst() }

    // MARK: Held

    private var heldBytesMax: Int { bytesMax / 4 }

    mutating func hold(_ count: Int) { heldBytes += count }
    mutating func release(_ count: Int) { heldBytes -= count }

    var shouldBeShut: Bool { heldBytes > (isShut ? heldBytesMax / 2 : heldBytesMax) }

    mutating func shutOrOpen() { isShut = shouldBeShut }
}
