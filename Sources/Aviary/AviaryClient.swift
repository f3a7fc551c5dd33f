internal import ClientCore
public import Logging
public import NIOCore
public import NIOPosix
internal import Vocabulary

/// A client of an ensemble: one session, kept over lost connections for as long as `run()` runs.
///
/// Any task may call it, as often as it likes: calls are sent in the order in which they were made. A task
/// that is cancelled stops waiting; the connection and the calls of others go on.
public final class AviaryClient: Sendable {
    let loop: SessionLoop
    let configuration: ClientConfiguration
    /// Below which all paths are; empty for none.
    let root: String

    /// - Parameter eventLoopGroup: Where its socket is.
    public init(
        _ servers: ServerList, configuration: ClientConfiguration = ClientConfiguration(),
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        logger: Logger = Logger(label: "aviary.client") { _ in SwiftLogNoOpLogHandler() }
    ) {
        let settings = SessionSettings(
            timeout: configuration.sessionTimeout, acceptsReadOnly: configuration.acceptsReadOnly,
            queue: QueueLimits(frameBytesMax: configuration.frameBytesMax))
        var generator = SystemRandomNumberGenerator()
        var machine = SessionMachine(settings, hosts: servers.hosts, seed: generator.next())
        machine.credentials = configuration.credentials.map(\.said)
        loop = SessionLoop(
            machine, on: eventLoopGroup.next(), replyBytesMax: configuration.replyBytesMax, logger: logger)
        self.configuration = configuration
        root = servers.root
    }

    init(_ other: AviaryClient, root: String) {
        loop = other.loop
        configuration = other.configuration
        self.root = root
    }

    /// Keeps the session until the task is cancelled, or `shutDown` is called, and closes it then.
    ///
    /// - Throws: `authenticationFailed`, or `closed` when it has been run before.
    public func run() async throws(AviaryError) {
        guard loop.board.begin() else { throw AviaryError(.closed, operation: "run") }
        loop.post(.start)
        let reports = loop.board.reports()
        let end = await withTaskCancellationHandler {
            await withDiscardingTaskGroup(returning: SessionReport.EndReason.self) { group in
                let wholeTree = AviaryClient(self, root: "")
                for await order in self.loop.reaper.orders {
                    group.addTask { await wholeTree.reap(order) }
                }
                return await Self.end(reports)
            }
        } onCancel: {
            loop.post(.stop)
        }
        if end == .authenticationFailed { throw AviaryError(.authenticationFailed, operation: "run") }
    }

    /// Closes the session once what is under way is answered; `run` returns then.
    public func shutDown() { loop.post(.stop) }

    /// A client for the length of a closure: run beside it, and its session closed at the end.
    public nonisolated(nonsending) static func with<Result: Sendable>(
        _ servers: ServerList, configuration: ClientConfiguration = ClientConfiguration(),
        logger: Logger = Logger(label: "aviary.client") { _ in SwiftLogNoOpLogHandler() },
        _ body: nonisolated(nonsending) (AviaryClient) async throws -> Result
    ) async throws -> Result {
        let client = AviaryClient(servers, configuration: configuration, logger: logger)
        async let running: Void = client.run()
        let result: Result
        do {
            result = try await body(client)
        } catch {
            client.shutDown()
            // What ended the body matters, not what became of the client afterwards.
            _ = try? await running
            throw error
        }
        client.shutDown()
        try await running
        return result
    }

    /// The same session, with all paths below `path`, which need not be there yet.
    public func rooted(at path: String) throws(AviaryError) -> AviaryClient {
        let full = try fullPath(path, "rooted")
        return AviaryClient(self, root: full.isRoot ? "" : "\(full)")
    }

    /// The session as it is now.
    public var session: SessionStatus { SessionStatus(loop.board.report, on: loop.board) }

    /// The session now, and whenever its state changes.
    public var sessionStates: SessionStates { SessionStates(board: loop.board) }

    /// Waits for a session.
    ///
    /// - Throws: `deadlineExceeded`, `cancelled`, or what ended the client.
    @discardableResult
    public func connected(within time: Duration? = nil) async throws(AviaryError) -> SessionStatus {
        // Any answer shows it, whatever it says.
        let limit = time ?? configuration.deadline
        _ = try await answer(
            .sync, body: Self.encoded(path: .root), .read, "connect", deadline: loop.board.now + limit)
        return session
    }

    private static func end(_ reports: AsyncStream<SessionReport>) async -> SessionReport.EndReason {
        // In a task of its own, which nobody cancels: it ends with the session, which has been told to.
        let waiting = Task {
            for await report in reports {
                if case .ended(let reason) = report.state { return reason }
            }
            return .closed
        }
        return await waiting.value
    }
}

extension Credential {
    var said: SessionMachine.Credential {
        SessionMachine.Credential(scheme: ByteString(scheme), secret: secret)
    }
}
