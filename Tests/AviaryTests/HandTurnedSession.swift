import NIOCore
import Vocabulary
import Wire

@testable import ClientCore

/// A session whose time, servers and callers are a test's.
struct HandTurnedSession {
    var machine: SessionMachine
    var now = Duration.zero
    /// What the machine did in its last step.
    private(set) var effects: [SessionMachine.Effect] = []

    init(
        hosts: Int = 1, timeout: Duration = .seconds(6), readOnly: Bool = false,
        limits: QueueLimits = QueueLimits()
    ) {
        let addresses = (1...hosts).map { HostAddress(host: "server\($0)", port: 2181) }
        let settings = SessionSettings(timeout: timeout, acceptsReadOnly: readOnly, queue: limits)
        machine = SessionMachine(settings, hosts: addresses, seed: 7)
    }

    mutating func step(_ input: SessionMachine.Input) {
        effects = []
        machine.step(input, at: now, into: &effects)
    }

    /// Lets time pass, ticking whenever the machine wants it.
    mutating func wait(_ time: Duration) {
        let end = now + time
        var all: [SessionMachine.Effect] = []
        while let next = machine.nextTick, next <= end {
            now = max(now, next)
            step(.ticked)
            all += effects
        }
        now = end
        effects = all
    }

    // MARK: The server's side

    /// Dials if need be, greets and is let in.
    mutating func connect(session: Int64 = 0x17, timeoutMs: Int32 = 6000, readOnly: Bool = false) {
        if case .idle = machine.phase { step(.started) }
        step(.dialled(attempt: machine.attempt))
        accept(session: session, timeoutMs: timeoutMs, readOnly: readOnly)
    }

    mutating func accept(session: Int64, timeoutMs: Int32, readOnly: Bool = false) {
        var frame = ByteBuffer()
        ConnectResponse(
            timeoutMs: timeoutMs, session: SessionID(rawValue: session), password: [1, 2, 3],
            isReadOnly: readOnly
        ).encode(into: &frame)
        step(.received(frame, attempt: machine.attempt))
    }

    mutating func answer(_ xid: Int32, zxid: Int64 = 1, error: Int32 = 0, _ body: [UInt8] = []) {
        var frame = ByteBuffer()
        ReplyHeader(xid: xid, zxid: Zxid(rawValue: zxid), error: error).encode(into: &frame)
        frame.writeBytes(body)
        step(.received(frame, attempt: machine.attempt))
    }

    mutating func event(_ type: Int32, _ path: ZnodePath, zxid: Int64 = -1) {
        var frame = ByteBuffer()
        ReplyHeader(xid: -1, zxid: Zxid(rawValue: zxid)).encode(into: &frame)
        WatcherEvent(type: type, state: 3, path: path).encode(into: &frame)
        step(.received(frame, attempt: machine.attempt))
    }

    mutating func loseConnection() { step(.closed(attempt: machine.attempt)) }

    // MARK: The callers' side

    mutating func ask(
        _ id: UInt64, _ opcode: OpCode, _ resending: ClientRequest.Resending,
        watch: WatchRegistration? = nil, deadline: Duration? = nil
    ) {
        var body = ByteBuffer()
        PathWatchRequest(path: "/a", watch: watch != nil).encode(into: &body)
        let request = ClientRequest(
            opcode, body: body, resending: resending, watch: watch, deadline: deadline)
        step(.asked(RequestID(rawValue: id), request))
    }

    mutating func read(_ id: UInt64, deadline: Duration? = nil) {
        ask(id, .getData, .always, deadline: deadline)
    }
    mutating func write(_ id: UInt64) { ask(id, .setData, .never) }

    // MARK: What came of it

    /// Headers of all that was sent: xid and opcode.
    var sent: [RequestHeader] {
        effects.flatMap { effect -> [RequestHeader] in
            guard case .send(var bytes) = effect else { return [] }
            var headers: [RequestHeader] = []
            while let length = bytes.readInteger(as: Int32.self),
                var frame = bytes.readSlice(length: Int(length))
            {
                guard let xid = frame.readInteger(as: Int32.self),
                    let type = frame.readInteger(as: Int32.self)
                else { break }
                headers.append(RequestHeader(xid: xid, type: type))
            }
            return headers
        }
    }

    /// The greeting that was sent.
    var greeting: ConnectRequest? {
        for case .send(var bytes) in effects {
            bytes.moveReaderIndex(forwardBy: 4)
            var reader = JuteReader(bytes.readableBytesSpan)
            return try? ConnectRequest(decoding: &reader)
        }
        return nil
    }

    var dialled: [HostAddress] {
        effects.compactMap { effect in
            if case .dial(let host, _, _) = effect { host } else { nil }
        }
    }

    var published: [SessionReport.State] {
        effects.compactMap { effect in
            if case .publish(let report) = effect { report.state } else { nil }
        }
    }

    /// The answers by request: the error's number, or what failed.
    var resolved: [UInt64: Result<Int32, RequestFailure>] {
        var found: [UInt64: Result<Int32, RequestFailure>] = [:]
        for case .resolve(let id, let answer) in effects { found[id.rawValue] = answer.map(\.error) }
        return found
    }
}
