/// Whether a far socket is read: not while the replica does not want to hear it, nor while the replica has
/// not looked at much that came from it.
///
/// A value that decides and does nothing.
struct ReadGate {
    /// Bytes of frames that may be on their way to the replica before the socket waits for it.
    static let bytesMax = 64 << 10

    private var isPaused = false
    /// Orders to go on that are to come.
    private var waits = 0
    private var bytes = 0

    var isOpen: Bool { !isPaused && waits == 0 }

    /// - Returns: Whether so many are on their way by now that the socket waits.
    mutating func pass(_ count: Int) -> Bool {
        bytes += count
        guard bytes > ReadGate.bytesMax else { return false }
        bytes = 0
        wait()
        return true
    }

    mutating func wait() { waits += 1 }
    mutating func goOn() { waits -= 1 }
    mutating func pause() { isPaused = true }
    mutating func resume() { isPaused = false }
}
