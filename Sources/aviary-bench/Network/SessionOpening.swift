/// The handshake: sockets are connected and asked in groups, so that a server that syncs each session to disk
/// can do it for a group at once, and so that no listen backlog overflows.
struct SessionOpening {
    private static let groupSize = 32
    /// A ConnectResponse of 37 bytes behind its length.
    static let answerBytes = 41

    let servers: [ServerAddress]
    let timeoutMs: Int32

    /// Opens `count` sessions, server by server in turn; their indices go on from `first`.
    func open(_ count: Int, from first: Int, outbox: Outbox) throws(BenchError) -> [LoadSession] {
        var sessions: [LoadSession] = []
        sessions.reserveCapacity(count)
        while sessions.count < count {
            let start = first + sessions.count
            let group = min(Self.groupSize, count - sessions.count)
            var sockets: [Socket] = []
            for index in start..<start + group {
                let socket = try Socket.connect(to: servers[index % servers.count], timeoutSeconds: 60)
                _ = socket.write(request, from: 0)
                sockets.append(socket)
            }
            for (offset, socket) in sockets.enumerated() {
                let agreedMs = try readAnswer(from: socket)
                socket.becomeNonBlocking()
                sessions.append(
                    LoadSession(index: start + offset, socket: socket, timeoutMs: agreedMs, outbox: outbox))
            }
        }
        return sessions
    }

    /// A ConnectRequest for a new session.
    var request: [UInt8] {
        var writer = FrameWriter()
        writer.int32(0)
        writer.int64(0)
        writer.int32(timeoutMs)
        writer.int64(0)
        writer.buffer([UInt8](repeating: 0, count: 16))
        writer.bool(false)
        writer.finish()
        return writer.bytes
    }

    /// The timeout agreed on, by a whole answer; none where the session is refused.
    static func agreedTimeoutMs(in answer: [UInt8]) -> Int32 {
        answer.span.bytes.bigEndianInt32(at: 8)
    }

    /// Reads a whole answer; the result is the timeout agreed on.
    private func readAnswer(from socket: Socket) throws(BenchError) -> Int32 {
        var answer = [UInt8](repeating: 0, count: Self.answerBytes)
        var read = 0
        while read < answer.count {
            var rest = [UInt8](repeating: 0, count: answer.count - read)
            guard case .bytes(let count) = socket.read(into: &rest, from: 0) else {
                throw BenchError(
                    "the server closed the connection or kept silent instead of opening a session")
            }
            answer.replaceSubrange(read..<read + count, with: rest[..<count])
            read += count
        }
        let agreedMs = Self.agreedTimeoutMs(in: answer)
        guard agreedMs > 0 else { throw BenchError("the server refused to open a session") }
        return agreedMs
    }
}
