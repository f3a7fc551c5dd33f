/// Lines on their way to standard error, as far as somebody takes them.
///
/// Bounded: what finds no room is not kept but counted, and the count is a line of its own once there is room
/// again. A value; who waits and who writes is not its business.
struct LogQueue {
    /// Some ten thousand lines.
    static let bytesMax = 1 << 20

    private var bytes: [UInt8] = []
    private(set) var dropped = 0

    var isEmpty: Bool { bytes.isEmpty && dropped == 0 }

    /// - Parameter line: With its end.
    mutating func add(_ line: String) {
        // Once a line is lost all that follow are, so that the count stands where they are missing.
        guard dropped == 0, bytes.count + line.utf8.count <= LogQueue.bytesMax else {
            dropped += 1
            return
        }
        bytes.append(contentsOf: line.utf8)
    }

    /// Takes all there is, the number of lost lines behind it.
    ///
    /// - Parameter sentence: The line for such a number.
    mutating func take(_ sentence: (Int) -> String) -> [UInt8] {
        var taken = bytes
        bytes = []
        if dropped > 0 { taken.append(contentsOf: sentence(dropped).utf8) }
        dropped = 0
        return taken
    }
}
