internal import ClientCore
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Synchronization
internal import Vocabulary

/// The one owner of a session: its machine, its socket, and who waits for which answer.
///
/// Sendable without the compiler's word: everything is confined to `eventLoop` but the mailbox, which is
/// locked, and what never changes.
final class SessionLoop: @unchecked Sendable {
    typealias Answer = Result<ServerReply, RequestFailure>

    /// An order of another thread's.
    enum Order: Sendable {
        case start
        case ask(Call, ClientRequest)
        case authenticate(Call, SessionMachine.Credential)
        case withdraw(RequestID)
        case unwatch(ZnodePath)
        /// A lock is held from here on; its session is not closed before it is given back.
        case scopeOpened
        case scopeClosed
        case stop
    }

    let eventLoop: any EventLoop
    let board: SessionBoard
    let hub = WatchHub()
    let reaper = Reaper()
    private let replyBytesMax: Int
    private let logger: Logger
    private var machine: SessionMachine
    private var effects: [SessionMachine.Effect] = []
    private var isPerforming = false
    private var scopes = 0
    private var isStopping = false
    private var callers: [RequestID: Call] = [:]
    private var channel: (any Channel)?
    private var timer: (at: Duration, scheduled: Scheduled<Void>)?
    private let mailbox = Mutex<[Order]>([])

    init(_ machine: SessionMachine, on eventLoop: any EventLoop, replyBytesMax: Int, logger: Logger) {
        self.machine = machine
        self.eventLoop = eventLoop
        self.replyBytesMax = replyBytesMax
        self.logger = logger
        board = SessionBoard()
    }

    /// From any thread; orders are followed in turn, those that came together in one turn of the loop.
    func post(_ order: Order) {
        let isFirst = mailbox.withLock { orders in
            orders.append(order)
            return orders.count == 1
        }
        if isFirst { eventLoop.execute { self.followOrders() } }
    }

    private func followOrders() {
        let orders = mailbox.withLock { orders in
            defer { orders = [] }
            return orders
        }
        for order in orders {
            switch order {
            case .start: take(.started)
            case .ask(let call, let request):
                callers[call.id] = call
                take(.asked(call.id, request))
                // Whoever was cancelled before this could not withdraw what was not there.
                if call.isCancelled { take(.withdrawn(call.id)) }
            case .authenticate(let call, let credential):
                callers[call.id] = call
                take(.authenticated(call.id, credential))
            case .withdraw(let id): take(.withdrawn(id))
            // Somebody may have come to watch it between the last one's going and this order.
            case .unwatch(let path): if !hub.isWatched(path) { take(.unwatched(path)) }
            case .scopeOpened: scopes += 1
            case .scopeClosed:
                scopes -= 1
                if isStopping, scopes == 0 { take(.stopping) }
            case .stop:
                isStopping = true
                // Cancels what is done under locks: whoever waits for them gets them with the session's end.
                hub.end()
                if scopes == 0 { take(.stopping) }
            }
        }
        perform()
    }

    func received(_ frames: [ByteBuffer], attempt: Int) {
        for frame in frames { take(.received(frame, attempt: attempt)) }
        perform()
    }

    func closed(attempt: Int) {
        take(.closed(attempt: attempt))
        perform()
    }

    private func take(_ input: SessionMachine.Input) {
        machine.step(input, at: board.now, into: &effects)
    }

    /// Does what the machine says; what happens meanwhile is worked off in the same turn.
    private func perform() {
        guard !isPerforming else { return }
        isPerforming = true
        var next = 0
        while next < effects.count {
            perform(effects[next])
            next += 1
        }
        effects.removeAll(keepingCapacity: true)
        isPerforming = false
        channel?.flush()
        board.holdSafe(until: machine.lease.safeUntil)
        scheduleTick()
    }

    private func perform(_ effect: SessionMachine.Effect) {
        switch effect {
        case .dial(let host, let attempt, let limit): dial(host, attempt: attempt, limit: limit)
        case .send(let bytes): channel?.write(bytes, promise: nil)
        case .disconnect:
            channel?.flush()
            channel?.close(promise: nil)
            channel = nil
        case .resolve(let id, let answer): callers.removeValue(forKey: id)?.resume(answer)
        case .deliver(let type, let path, let zxid): hub.deliver(type, path, zxid)
        case .resumed(let isNewSession, let seen): hub.resumed(isNewSession: isNewSession, seen: seen)
        case .publish(let report):
            logger.info("session", metadata: ["is": "\(report.state)", "id": "\(report.session)"])
            // Before the report: the lease is over when people hear that the session is.
            board.holdSafe(until: machine.lease.safeUntil)
            board.publish(report)
            if case .ended = report.state {
                hub.end()
                reaper.finish()
            }
        }
    }

    private func dial(_ host: HostAddress, attempt: Int, limit: Duration) {
        ClientBootstrap(group: eventLoop)
            .connectTimeout(.milliseconds(limit.milliseconds))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = ReplyHandler(self, attempt: attempt, frameBytesMax: self.replyBytesMax)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .connect(host: host.host, port: host.port)
            .hop(to: eventLoop)
            .whenComplete { result in self.dialled(result, host, attempt: attempt) }
    }

    private func dialled(_ result: Result<any Channel, any Error>, _ host: HostAddress, attempt: Int) {
        switch result {
        case .success(let connected):
            // The machine has gone on to another server meanwhile.
            guard attempt == machine.attempt else { return connected.close(promise: nil) }
            channel = connected
            take(.dialled(attempt: attempt))
        case .failure(let error):
            let server = "\(host.host):\(host.port)"
            logger.debug("no connection", metadata: ["server": "\(server)", "error": "\(error)"])
            take(.closed(attempt: attempt))
        }
        perform()
    }

    private func scheduleTick() {
        guard let next = machine.nextTick else {
            timer?.scheduled.cancel()
            timer = nil
            return
        }
        // One that is too early does no harm.
        if let timer, timer.at <= next { return }
        timer?.scheduled.cancel()
        let wait = max(next - board.now, .zero)
        let scheduled = eventLoop.scheduleTask(in: .nanoseconds(wait.nanoseconds)) { self.tick() }
        timer = (next, scheduled)
    }

    private func tick() {
        timer = nil
        take(.ticked)
        perform()
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
