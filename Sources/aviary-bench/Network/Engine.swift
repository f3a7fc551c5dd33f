import Clocks

/// Sessions and one thread that reads, hands over and writes: one read and one write a session and turn.
struct Engine: ~Copyable {
    private static let pollTimeoutMs: Int32 = 100

    let opening: SessionOpening
    private let outbox = Outbox()
    private var poller: Poller
    private(set) var sessions: [LoadSession] = []
    /// Where every read lands; grows to the largest frame seen.
    private var input = [UInt8](repeating: 0, count: 256 * 1024)

    init(servers: [ServerAddress], sessionTimeoutMs: Int32) throws(BenchError) {
        opening = SessionOpening(servers: servers, timeoutMs: sessionTimeoutMs)
        poller = try Poller()
    }

    mutating func openSessions(_ count: Int) throws(BenchError) {
        let opened = try opening.open(count, from: sessions.count, outbox: outbox)
        for session in opened { poller.add(session.socket, token: session.index) }
        sessions += opened
    }

    /// Ends all sessions and waits until the servers have said so; others may be opened then.
    mutating func closeSessions() throws(BenchError) {
        var closing = SessionClosing()
        try run(&closing)
        for session in sessions where session.isOpen {
            poller.remove(session.socket)
            session.socket.close()
        }
        sessions = []
    }

    mutating func run(_ workload: inout some Workload) throws(BenchError) {
        workload.begin(on: sessions, at: UInt64(MachineClock.monotonicNs))
        flush()
        while !workload.isFinished {
            for index in 0..<poller.wait(timeoutMs: Self.pollTimeoutMs) {
                let event = poller.event(index)
                let session = sessions[event.token]
                if event.isReadable { try read(session, for: &workload) }
                if event.hasRoom { write(session) }
                flush()
            }
            try workload.turnEnded(with: sessions, at: UInt64(MachineClock.monotonicNs))
            flush()
        }
    }

    private mutating func flush() {
        guard !outbox.waiting.isEmpty else { return }
        for index in outbox.waiting { write(sessions[index]) }
        outbox.waiting.removeAll(keepingCapacity: true)
    }

    private func write(_ session: LoadSession) {
        if session.isOpen, session.flush() {
            poller.watchForRoom(session.isWaitingForRoom, on: session.socket, token: session.index)
        }
    }

    private mutating func read(_ session: LoadSession, for workload: inout some Workload) throws(BenchError) {
        let kept = session.partialFrame.count
        if kept > 0 {
            if input.count < kept * 2 { input.append(contentsOf: repeatElement(0, count: kept * 2)) }
            input.replaceSubrange(0..<kept, with: session.partialFrame)
            session.partialFrame.removeAll(keepingCapacity: true)
        }
        switch session.socket.read(into: &input, from: kept) {
        case .bytes(let count):
            let consumed = try handOver(kept + count, from: session, to: &workload)
            if consumed < kept + count {
                session.partialFrame.append(contentsOf: input[consumed..<kept + count])
            }
        case .wouldBlock:
            session.partialFrame.append(contentsOf: input[..<kept])
        case .closed:
            session.isOpen = false
            poller.remove(session.socket)
            session.socket.close()
            try workload.lost(session, at: UInt64(MachineClock.monotonicNs))
        }
    }

    /// Gives every whole frame in the first `byteCount` bytes of `input` to the workload.
    ///
    /// - Returns: how many bytes that were.
    private func handOver(
        _ byteCount: Int, from session: LoadSession, to workload: inout some Workload
    ) throws(BenchError) -> Int {
        let now = UInt64(MachineClock.monotonicNs)
        let bytes = input.span.bytes
        var position = 0
        while byteCount - position >= 4 {
            let length = Int(bytes.bigEndianInt32(at: position))
            guard length >= Reply.headerBytes else {
                throw BenchError("a reply of \(length) bytes is no reply")
            }
            let end = position + 4 + length
            guard end <= byteCount else { break }
            let frame = bytes.extracting(position + 4..<end)
            let body = frame.extracting(droppingFirst: Reply.headerBytes)
            try workload.received(Reply(frame), body: body, on: session, at: now)
            position = end
        }
        return position
    }
}
