public import NIOCore

/// A lock, or a leadership, while it is held. Cannot be kept or handed on: what it allows ends with its
/// scope.
public struct HeldLock: ~Copyable, Sendable {
    let scope: LockScope

    /// Grows from holder to holder.
    public var token: FencingToken { FencingToken(rawValue: scope.contender.created.rawValue) }

    /// Nobody else can hold it before then. Moves on for as long as the ensemble answers.
    public var safeUntil: ContinuousClock.Instant { scope.safeUntil }

    /// Whether nobody else can hold it now.
    public var isSafe: Bool { ContinuousClock.now < safeUntil }

    /// Asks the ensemble whether it is held, in a way that only a quorum can answer.
    ///
    /// - Throws: `lockLost`, when it is not.
    @discardableResult
    public borrowing func confirm() async throws(AviaryError) -> Zxid {
        do throws(AviaryError) {
            return try await scope.prove()
        } catch {
            throw error.code == .noNode ? AviaryError(.lockLost, operation: "confirm") : error
        }
    }

    /// The operations, all or none, and none when the lock is not held: the ensemble itself refuses those of
    /// a former holder.
    ///
    /// - Throws: `lockLost`, when it is not held.
    @discardableResult
    public borrowing func multi(_ operations: [Operation]) async throws(AviaryError) -> [OperationResult] {
        try await scope.guarded(operations)
    }

    /// Replaces the data of a znode, if the lock is held.
    ///
    /// - Throws: `lockLost`, when it is not.
    @discardableResult
    public borrowing func setData(
        _ path: String, _ data: ByteBuffer?, version: Version = .any
    ) async throws(AviaryError) -> Stat {
        let results = try await scope.guarded([.setData(path, data, version)])
        guard case .changed(let stat) = results.first else {
            throw AviaryError(.protocolViolation, .unknown, operation: "setData \(path)")
        }
        return stat
    }
}
