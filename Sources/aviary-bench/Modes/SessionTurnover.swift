import Clocks

/// Sessions that do nothing but come and go: connected, opened, closed and waited for, so many at a time.
///
/// Latency is from before the connection is made to the reply to the close. The next session follows when the
/// server has ended the connection, as it does behind that reply.
struct SessionTurnover: ~Copyable {
    private static let pollTimeoutMs: Int32 = 100

    /// One of the sessions there are at a time.
    private final class Visit {
        enum Stage {
            case opening
            case closing
            case leaving
        }

        let socket: Socket
        var stage = Stage.opening
        let startedAt: UInt64
        /// Holds any answer to an open or a close.
        var input = [UInt8](repeating: 0, count: 256)
        var inputBytes = 0

        init(socket: Socket, startedAt: UInt64) {
            self.socket = socket
            self.startedAt = startedAt
        }
    }

    private let opening: SessionOpening
    private let openRequest: [UInt8]
    private var poller: Poller
    private var visits: [Visit?]
    private var startedCount = 0
    private var phases: LoadPhases
    private(set) var tally = Tally(operations: [])

    init(_ count: Int, opening: SessionOpening, phases: LoadPhases) throws(BenchError) {
        self.opening = opening
        openRequest = opening.request
        self.phases = phases
        visits = [Visit?](repeating: nil, count: count)
        poller = try Poller()
    }

    var measurement: Measurement { phases.measurement }

    mutating func run() throws(BenchError) {
        phases.begin(at: UInt64(MachineClock.monotonicNs))
        for index in visits.indices { try start(index) }
        while !phases.isDone {
            for index in 0..<poller.wait(timeoutMs: Self.pollTimeoutMs) {
                try read(poller.event(index).token, at: UInt64(MachineClock.monotonicNs))
            }
            phases.advance(
                at: UInt64(MachineClock.monotonicNs), inFlightCount: visits.count { $0 != nil })
        }
    }

    private mutating func start(_ index: Int) throws(BenchError) {
        let now = UInt64(MachineClock.monotonicNs)
        let server = opening.servers[startedCount % opening.servers.count]
        startedCount += 1
        let socket = try Socket.connect(to: server, timeoutSeconds: 60)
        socket.becomeNonBlocking()
        _ = socket.write(openRequest, from: 0)
        poller.add(socket, token: index)
        visits[index] = Visit(socket: socket, startedAt: now)
    }

    private mutating func read(_ index: Int, at now: UInt64) throws(BenchError) {
        guard let visit = visits[index] else { return }
        switch visit.socket.read(into: &visit.input, from: visit.inputBytes) {
        case .bytes(let count):
            visit.inputBytes += count
            try advance(visit, at: now)
        case .wouldBlock:
            break
        case .closed:
            if visit.stage != .leaving, phases.isMeasuring { tally.recordError(Tally.lostConnection) }
            poller.remove(visit.socket)
            visit.socket.close()
            visits[index] = nil
            if phases.isAsking { try start(index) }
        }
    }

    /// A session that is refused counts as lost when the server ends its connection.
    private mutating func advance(_ visit: Visit, at now: UInt64) throws(BenchError) {
        switch visit.stage {
        case .opening where visit.inputBytes >= SessionOpening.answerBytes:
            guard SessionOpening.agreedTimeoutMs(in: visit.input) > 0 else { break }
            visit.stage = .closing
            visit.inputBytes = 0
            _ = visit.socket.write(RequestTemplate.closeSession.fixedFrame, from: 0)
        case .closing where visit.inputBytes >= 4 + Reply.headerBytes:
            visit.stage = .leaving
            try finish(visit, at: now)
        case .opening, .closing, .leaving:
            break
        }
    }

    private mutating func finish(_ visit: Visit, at now: UInt64) throws(BenchError) {
        let input = visit.input
        let reply = Reply(input.span.bytes.extracting(droppingFirst: 4))
        guard reply.xid == RequestTemplate.closeSessionXid, visit.inputBytes == 4 + Reply.headerBytes else {
            throw BenchError("a close was answered with reply \(reply.xid) in \(visit.inputBytes) bytes")
        }
        guard phases.isMeasuring else { return }
        tally.record(latency: now - visit.startedAt)
        if reply.error != 0 { tally.recordError(reply.error) }
        phases.heard(tally.operationCount, at: now)
    }
}
