internal import ClientCore
internal import NIOCore
internal import Vocabulary

/// A candidate that leads.
public struct Leader: Hashable, Sendable {
    /// The name it gave itself.
    public let id: String
    /// Grows from leader to leader.
    public let token: FencingToken
}

/// Leader election: a lock whose holder leads, and says who it is.
extension AviaryClient {
    /// Waits to be elected, and runs `body` for one term of office.
    ///
    /// - Throws: As `withLock` does.
    public func withLeadership<Result: Sendable>(
        at path: String, id: String, layout: LockLayout = .kazoo,
        _ body: sending @escaping (borrowing HeldLock) async throws -> Result
    ) async throws -> Result {
        let options = LockOptions(layout: layout, data: ByteBuffer(string: id))
        return try await withLock(path, options, body)
    }

    /// Stands for election again and again, and runs `term` each time it wins. A term that is lost, with its
    /// session or its lease, is cancelled, and followed by standing again.
    ///
    /// - Throws: What `term` throws in a term that is not lost, or `cancelled`: nothing else ends it but the
    ///   end of the client.
    public func lead(
        at path: String, id: String, layout: LockLayout = .kazoo,
        _ term: @escaping @Sendable (borrowing HeldLock) async throws -> Void
    ) async throws {
        while !Task.isCancelled {
            do {
                let failure = try await withLeadership(at: path, id: id, layout: layout) { held in
                    do {
                        try await term(held)
                        return (any Error)?.none
                    } catch {
                        return error
                    }
                }
                if let failure { throw TermFailure(cause: failure) }
            } catch let failure as TermFailure {
                throw failure.cause
            } catch let error as AviaryError where !error.endsCandidacy {
                // The lock was lost, or not had: whatever was in its way, the next attempt waits for it.
                continue
            }
        }
        throw AviaryError(.cancelled, operation: "lead \(path)")
    }

    /// The leader now and after each change; nil while nobody does.
    public func leaders(
        of path: String, layout: LockLayout = .kazoo
    ) throws(AviaryError) -> StateSequence<Leader> {
        StateSequence(path: try fullPath(path, "leaders"), loop: loop) { () throws(AviaryError) -> Leader? in
            while true {
                let children = try await self.watched(.getChildren2, .children, path) {
                    reply, operation throws(AviaryError) in try Self.children(reply, operation)
                }
                let names = LockView.inOrder(children?.names ?? [], token: layout.token)
                guard let first = names.first else { return nil }
                if let leader = try await self.candidate("\(path)/\(first)") { return leader }
            }
        }
    }

    /// All who stand for election, the leader first.
    public func candidates(
        of path: String, layout: LockLayout = .kazoo
    ) async throws(AviaryError) -> [Leader] {
        var found: [Leader] = []
        guard try await exists(path) != nil else { return [] }
        for name in LockView.inOrder(try await getChildren(path).names, token: layout.token) {
            if let candidate = try await candidate("\(path)/\(name)") { found.append(candidate) }
        }
        return found
    }

    /// nil for one that has gone.
    private func candidate(_ path: String) async throws(AviaryError) -> Leader? {
        do throws(AviaryError) {
            let znode = try await getData(path)
            return Leader(id: znode.text, token: FencingToken(rawValue: znode.stat.czxid.rawValue))
        } catch {
            if error.code == .noNode { return nil }
            throw error
        }
    }
}

/// An error of the term's own, not of the election.
private struct TermFailure: Error {
    let cause: any Error
}

extension AviaryError {
    /// Whether standing again would not help.
    fileprivate var endsCandidacy: Bool {
        switch code {
        case .lockLost, .sessionExpired, .connectionLoss, .deadlineExceeded: false
        default: true
        }
    }
}
