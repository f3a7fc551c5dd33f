import Glibc

/// One TCP socket. Blocking until `becomeNonBlocking`; closed by its session.
///
/// Plain system calls, not NIO: the generator shares the machine with the server it measures, and one read
/// and one write a turn leave the most of it to the server.
struct Socket {
    let descriptor: Int32

    static func connect(to address: ServerAddress, timeoutSeconds: Int) throws(BenchError) -> Socket {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address.host, "\(address.port)", &hints, &found) == 0 else {
            throw BenchError("no address is known for \(address.host)")
        }
        defer { freeaddrinfo(found) }
        var reason = BenchError("no address is known for \(address.host)")
        var candidate = found
        while let one = candidate {
            let socket = Socket(descriptor: Glibc.socket(one.pointee.ai_family, one.pointee.ai_socktype, 0))
            if socket.descriptor < 0 { throw .system("a socket could not be made; see 'ulimit -n'") }
            if Glibc.connect(socket.descriptor, one.pointee.ai_addr, one.pointee.ai_addrlen) == 0 {
                socket.set(TCP_NODELAY, level: Int32(IPPROTO_TCP), to: Int32(1))
                socket.set(SO_RCVTIMEO, level: SOL_SOCKET, to: timeval(tv_sec: timeoutSeconds, tv_usec: 0))
                return socket
            }
            reason = .system("cannot connect to \(address.host):\(address.port)")
            socket.close()
            candidate = one.pointee.ai_next
        }
        throw reason
    }

    func becomeNonBlocking() {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    func close() {
        _ = Glibc.close(descriptor)
    }

    enum Transfer {
        case bytes(Int)
        case wouldBlock
        case closed
    }

    /// Reads into `bytes` from `offset` to its end.
    func read(into bytes: inout [UInt8], from offset: Int) -> Transfer {
        let count = bytes.withUnsafeMutableBytes { room in
            Glibc.recv(descriptor, room.baseAddress?.advanced(by: offset), room.count - offset, 0)
        }
        return transfer(of: count, end: .closed)
    }

    /// Writes `bytes` from `offset` to its end, as much as the kernel takes.
    func write(_ bytes: [UInt8], from offset: Int) -> Transfer {
        let count = bytes.withUnsafeBytes { content in
            Glibc.send(
                descriptor, content.baseAddress?.advanced(by: offset), content.count - offset,
                Int32(MSG_NOSIGNAL))
        }
        return transfer(of: count, end: .bytes(0))
    }

    private func transfer(of count: Int, end: Transfer) -> Transfer {
        if count > 0 { return .bytes(count) }
        if count == 0 { return end }
        return errno == EAGAIN || errno == EINTR ? .wouldBlock : .closed
    }

    private func set<Value: BitwiseCopyable>(_ option: Int32, level: Int32, to value: Value) {
        var value = value
        _ = setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Value>.size))
    }
}
