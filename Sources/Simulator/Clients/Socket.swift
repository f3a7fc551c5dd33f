internal import NIOCore

/// A server's end of a client's connection: what has come and was not read, and what is to leave.
struct Socket {
    /// The server's replica does not read for now.
    var isPaused = false
    /// Pieces that have come and were not read.
    var arrived: [ByteBuffer] = []
    /// The beginning of a frame whose rest was not read yet.
    private(set) var partial = ByteBuffer()
    private var hasAnnounced = false
    /// Bytes that were sent and that the client has not read.
    var underWay = 0
    /// Bytes that are sent when it has read enough, as they were written; none while it does read.
    private(set) var backlog: [ByteBuffer] = []
    private(set) var isBehind = false
    /// The replica waits until the client has taken all of it.
    var isAwaited = false

    /// Bytes that may be under way before the rest waits.
    static let bytesMax = 600
    /// So little that clients are cut off.
    static let unreadBytesOfOneMax = 3_000
    static let unreadBytesMax = 5_000
    /// So little that requests wait for room, large ones before they are read.
    static let requestBytesMax = 1_500
    static let largeRequestBytes = 200
    /// So little that answers wait.
    static let outboxBytesMax = 500

    var owedBytes: Int { underWay + backlog.reduce(0) { $0 + $1.readableBytes } }

    // MARK: Reading

    /// - Returns: The whole frames there are with these bytes; and the length of one that has begun and is
    ///   large, said once.
    mutating func cut(_ bytes: ByteBuffer) -> (frames: ByteBuffer?, expected: Int?) {
        partial.writeImmutableBuffer(bytes)
        var frames = ByteBuffer()
        while let length = partial.getInteger(at: partial.readerIndex, as: Int32.self),
            var frame = partial.readSlice(length: 4 + Int(length))
        {
            hasAnnounced = false
            frames.writeBuffer(&frame)
        }
        let expected = partial.getInteger(at: partial.readerIndex, as: Int32.self).map { 4 + Int($0) } ?? 0
        let isNews = expected > Socket.largeRequestBytes && !hasAnnounced
        if isNews { hasAnnounced = true }
        return (frames.readableBytes > 0 ? frames : nil, isNews ? expected : nil)
    }

    // MARK: Writing

    /// - Returns: Whether the bytes may leave at once; they are kept otherwise.
    mutating func admits(_ bytes: ByteBuffer) -> Bool {
        guard !isBehind else {
            backlog.append(bytes)
            return false
        }
        underWay += bytes.readableBytes
        isBehind = underWay > Socket.bytesMax
        return true
    }

    /// The next of what was kept that may leave.
    mutating func next() -> ByteBuffer? {
        guard underWay <= Socket.bytesMax else { return nil }
        guard !backlog.isEmpty else {
            isBehind = false
            return nil
        }
        let bytes = backlog.removeFirst()
        underWay += bytes.readableBytes
        return bytes
    }

    mutating func takeBacklog() -> [ByteBuffer] {
        defer { backlog = [] }
        return backlog
    }
}
