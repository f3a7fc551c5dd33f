internal import ClientCore
internal import Vocabulary

/// The time from a lock's taking to its giving back.
struct LockScope: Sendable {
    /// Why somebody who looks after a lock has stopped.
    enum Ending: Sendable {
        case bodyEnded
        case lost
        /// There is nothing to look after any more.
        case gaveUp
    }

    let client: AviaryClient
    let contender: Contender
    /// Of the session.
    let timeout: Duration

    private var board: SessionBoard { client.loop.board }

    var safeUntil: ContinuousClock.Instant {
        board.instant(board.safeUntil(generation: contender.generation) ?? .zero)
    }

    @discardableResult
    func prove() async throws(AviaryError) -> Zxid {
        try await client.multi([.check(contender.path)], deadline: board.now + timeout).zxid
    }

    func guarded(_ operations: [Operation]) async throws(AviaryError) -> [OperationResult] {
        guard ContinuousClock.now < safeUntil else { throw AviaryError(.lockLost, operation: "multi") }
        do throws(AviaryError) {
            return Array(try await client.multi([.check(contender.path)] + operations).dropFirst())
        } catch {
            guard let index = error.operationIndex else { throw error }
            if index == 0 { throw AviaryError(.lockLost, operation: error.operation) }
            throw AviaryError(
                error.code, error.outcome, operation: error.operation, operationIndex: index - 1)
        }
    }

    // MARK: Looking after it

    /// Waits for the end of the lease.
    func watchClock() async -> Ending {
        while !Task.isCancelled {
            guard let until = board.safeUntil(generation: contender.generation), board.now < until
            else { return .lost }
            // A lease that was renewed meanwhile is looked at again; a cancelled wait ends the loop.
            try? await Task.sleep(until: board.instant(until), clock: .continuous)
        }
        return .gaveUp
    }

    /// Renews the lease, a third of the time-out apart.
    func keepProving() async -> Ending {
        while !Task.isCancelled {
            do throws(AviaryError) {
                try await prove()
            } catch {
                switch error.code {
                case .noNode, .sessionExpired, .closed, .authenticationFailed: return .lost
                // Asked again as soon as there is a connection: what that is worth, an answer says.
                case .connectionLoss: continue
                // No answer: the clock decides.
                default: break
                }
            }
            // Only cancelling cuts it short, which the loop sees.
            try? await Task.sleep(for: timeout / 3, clock: .continuous)
        }
        return .gaveUp
    }

    /// Waits for somebody to delete the contender's znode.
    func watchZnode() async -> Ending {
        do {
            for try await znode in try client.values(of: contender.path) where znode == nil { return .lost }
        } catch {
            // No right to read it, or no client any more: the proofs decide.
            return .gaveUp
        }
        // It ends by itself with the client alone.
        return Task.isCancelled ? .gaveUp : .lost
    }

    /// Gives the lock back.
    ///
    /// - Returns: Whether it had been held to the end.
    func release() async -> Bool {
        do throws(AviaryError) {
            // Said once: an answer that nobody is there would not tell whose doing that is.
            try await client.delete(contender.path, .steadyWrite, deadline: board.now + timeout)
            return true
        } catch {
            if error.code == .noNode || error.code == .sessionExpired { return false }
            client.loop.reaper.accept(contender.order(below: client.root))
            return true
        }
    }
}
