internal import DequeModule
internal import NIOCore

/// Bytes that a client is to be sent once it reads on: all of them in few buffers that are full, where a
/// socket's own queue would keep one for every event.
struct Backlog {
    private static let chunkBytes = 64 << 10

    private var chunks: Deque<ByteBuffer> = []
    /// Bytes that the chunks take in memory.
    private(set) var bytes = 0
    /// Bytes that the client owes to read: those of the socket, and these.
    var unreadBytes: Int { bytes + socketBytes }
    /// Bytes that the socket had in its own queue when it had enough.
    var socketBytes: Int
    /// The socket is being written to.
    var isDraining = false

    init(socketBytes: Int) {
        self.socketBytes = socketBytes
    }

    mutating func append(_ buffer: ByteBuffer) {
        let count = buffer.readableBytes
        if count >= Backlog.chunkBytes / 2 { return add(buffer) }
        if chunks.isEmpty || chunks[chunks.count - 1].writableBytes < count {
            var chunk = ByteBuffer()
            chunk.reserveCapacity(chunks.isEmpty ? max(count, 4096) : Backlog.chunkBytes)
            add(chunk)
        }
        chunks[chunks.count - 1].writeImmutableBuffer(buffer)
    }

    private mutating func add(_ chunk: ByteBuffer) {
        chunks.append(chunk)
        bytes += chunk.capacity
    }

    mutating func next() -> ByteBuffer? {
        guard let chunk = chunks.popFirst() else { return nil }
        bytes -= chunk.capacity
        return chunk
    }
}
