internal import ClientCore
internal import NIOCore

/// Locks whose scope ends before anybody else can hold them.
extension AviaryClient {
    /// Runs `body` while this client alone holds the lock at `path`.
    ///
    /// The body is cancelled as soon as the lock may be lost: when the ensemble has not confirmed the session
    /// for so long that it might end it. Whatever still runs then has `held.multi`, which the ensemble
    /// refuses, and `held.token`, by which any other store can.
    ///
    /// - Throws: `deadlineExceeded`, when it was not to be had in time; `lockLost`, when it was lost before
    ///   the body's end; `wouldDeadlock`, inside of itself; what the body throws.
    public func withLock<Result: Sendable>(
        _ path: String, _ options: LockOptions = LockOptions(),
        _ body: sending @escaping (borrowing HeldLock) async throws -> Result
    ) async throws -> Result {
        let place = LockPlace(client: ObjectIdentifier(loop), path: "\(try fullPath(path, "lock"))")
        guard !LockPlace.held.contains(place) else {
            throw AviaryError(.wouldDeadlock, operation: "lock \(path)")
        }
        let contender = try await acquire(path, options)
        loop.post(.scopeOpened)
        defer { loop.post(.scopeClosed) }
        let scope = LockScope(client: self, contender: contender, timeout: session.timeout)
        // Owned by this call: cancelled with it and at the lease's end, and awaited in any case.
        let places = LockPlace.held.union([place])
        let work = Task {
            try await LockPlace.$held.withValue(places) { try await AviaryClient.hold(scope, body) }
        }
        let isLost = await withTaskCancellationHandler {
            await lookAfter(scope, until: { _ = await work.result }, onLoss: { work.cancel() })
        } onCancel: {
            work.cancel()
        }
        let wasHeld = await scope.release()
        let result = await work.result
        guard !isLost else { throw AviaryError(.lockLost, .unknown, operation: "lock \(path)") }
        let value = try result.get()
        guard wasHeld else { throw AviaryError(.lockLost, .unknown, operation: "lock \(path)") }
        return value
    }

    /// Never inlined: Swift 6.3 ends at it, since what is held cannot be copied.
    @inline(never)
    private static func hold<Result: Sendable>(
        _ scope: LockScope, _ body: (borrowing HeldLock) async throws -> Result
    ) async throws -> Result {
        let held = HeldLock(scope: scope)
        return try await body(held)
    }

    /// - Returns: Whether the lock was lost before the end of what it is held for.
    private func lookAfter(
        _ scope: LockScope, until end: @escaping @Sendable () async -> Void,
        onLoss: @Sendable () -> Void
    ) async -> Bool {
        await withTaskGroup(of: LockScope.Ending.self) { group in
            group.addTask {
                await end()
                return .bodyEnded
            }
            group.addTask { await scope.watchClock() }
            group.addTask { await scope.keepProving() }
            group.addTask { await scope.watchZnode() }
            var isLost = false
            var hasEnded = false
            for await ending in group {
                switch ending {
                case .gaveUp: break
                case .bodyEnded:
                    hasEnded = true
                    group.cancelAll()
                case .lost where !hasEnded:
                    isLost = true
                    onLoss()
                case .lost: break
                }
            }
            return isLost
        }
    }

    /// Stands for the lock and waits, as long as the options allow; nothing is left of it when this throws.
    private func acquire(_ path: String, _ options: LockOptions) async throws(AviaryError) -> Contender {
        guard let limit = options.within, limit > .zero else {
            return try await stand(for: path, options)
        }
        let result = await withTaskGroup(of: Result<Contender, AviaryError>?.self) { group in
            group.addTask { await self.outcome(of: path, options) }
            group.addTask {
                // Cut short when the lock was had in time.
                try? await Task.sleep(for: limit, clock: .continuous)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            guard first == nil else { return first }
            // Had at the last moment all the same?
            return await group.next() ?? nil
        }
        switch result {
        case .success(let contender): return contender
        case .failure(let error) where error.code != .cancelled || Task.isCancelled: throw error
        case .failure, nil: throw AviaryError(.deadlineExceeded, operation: "lock \(path)")
        }
    }

    private func outcome(of path: String, _ options: LockOptions) async -> Result<Contender, AviaryError> {
        do throws(AviaryError) {
            return .success(try await stand(for: path, options))
        } catch {
            return .failure(error)
        }
    }

    private func stand(for path: String, _ options: LockOptions) async throws(AviaryError) -> Contender {
        let contender = try await contend(path, options)
        do throws(AviaryError) {
            let waits = options.within.map { $0 > .zero } ?? true
            guard try await untilFirst(contender, token: options.layout.token, waits: waits) else {
                throw AviaryError(.deadlineExceeded, operation: "lock \(path)")
            }
            // Only a quorum's answer is believed: a server may be cut off from it and not know.
            try await prove(contender.path)
            return contender
        } catch {
            loop.reaper.accept(contender.order(below: root))
            throw error
        }
    }
}

/// One client's lock: who holds it already would wait for itself.
private struct LockPlace: Hashable {
    let client: ObjectIdentifier
    let path: String

    @TaskLocal static var held: Set<LockPlace> = []
}
