import NIOCore
import NIOPosix
import Testing

/// The event loop that all these tests and all their servers share: what is isolated to it runs there.
@globalActor
actor OnLoop {
    static let shared = OnLoop()

    nonisolated let loop: any EventLoop = MultiThreadedEventLoopGroup.singleton.next()

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

    static var loop: any EventLoop { shared.loop }
}

extension EventLoopFuture where Value: Sendable {
    /// Its value, waited for on the loop.
    ///
    /// NIO's `get()` comes back through the pool of threads that all tests share, where the simulations of
    /// other suites can hold a test up for longer than a server waits for a greeting.
    @OnLoop
    func onLoop() async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            whenComplete { continuation.resume(with: $0) }
        }
    }
}

struct TooLate: Error {}

/// Waits for `condition`, looking again whenever the loop has done some work.
@OnLoop
func eventually(
    _ what: Comment, within limit: TimeAmount = .seconds(20),
    sourceLocation: SourceLocation = #_sourceLocation, _ condition: () -> Bool
) async throws {
    let deadline = NIODeadline.now() + limit
    while !condition() {
        guard NIODeadline.now() < deadline else {
            Issue.record(what, sourceLocation: sourceLocation)
            throw TooLate()
        }
        try await OnLoop.loop.scheduleTask(in: .milliseconds(1)) {}.futureResult.onLoop()
    }
}

/// Lets everything happen that is due in the loop's next turns.
@OnLoop
func settle() async throws {
    for _ in 0..<20 { try await OnLoop.loop.submit {}.onLoop() }
}
