package import NIOCore

/// A client's socket: near, on the replica's own loop, or far, on a loop of its own.
enum ClientSocket {
    case near(any Channel)
    case far(FarSocket)

    /// Whether the socket takes more.
    var isWritable: Bool {
        switch self {
        case .near(let channel): channel.isWritable
        case .far(let socket): socket.isWritable
        }
    }

    /// Bytes in the socket's own queue, or on their way there; none once it is closed.
    var unsentBytes: Int {
        switch self {
        case .near(let channel): (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        case .far(let socket): socket.untakenBytes
        }
    }

    func write(_ bytes: ByteBuffer) {
        switch self {
        case .near(let channel): channel.writeAndFlush(bytes, promise: nil)
        case .far(let socket): socket.write(bytes)
        }
    }

    func setReading(_ isReading: Bool) {
        switch self {
        case .near(let channel):
            channel.setOption(.autoRead, value: isReading).whenFailure { _ in channel.close(promise: nil) }
        case .far(let socket): socket.setReading(isReading)
        }
    }

    func end() {
        switch self {
        case .near(let channel): channel.endBehindLastAnswer()
        case .far(let socket): socket.end()
        }
    }

    func close() {
        switch self {
        case .near(let channel): channel.close(promise: nil)
        case .far(let socket): socket.close()
        }
    }

    /// The remote address, for the log.
    var address: String {
        switch self {
        case .near(let channel): channel.remoteAddress?.ipAddress ?? "unknown"
        case .far(let socket): "\(socket.address)"
        }
    }

    /// The remote port, for lists.
    var port: Int {
        switch self {
        case .near(let channel): channel.remoteAddress?.port ?? 0
        case .far(let socket): socket.port
        }
    }
}

extension Channel {
    /// How long a closed connection may take to read its last answer.
    private static var lingering: TimeAmount { .milliseconds(500) }

    /// Closes towards the client first and waits a little for it to do the same: a socket closed with unread
    /// requests in it would take its last answer back.
    package func endBehindLastAnswer() {
        close(mode: .output, promise: nil)
        eventLoop.scheduleTask(in: Self.lingering) { self.close(promise: nil) }
    }
}
