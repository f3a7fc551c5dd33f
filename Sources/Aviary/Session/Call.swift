internal import ClientCore
internal import Synchronization

/// One request that somebody waits for.
final class Call: Sendable {
    let id: RequestID
    private let continuation: CheckedContinuation<SessionLoop.Answer, Never>
    private let cancellation: Cancellation

    /// Whether nobody waits any more; set before it is known whose call it is.
    final class Cancellation: Sendable {
        // Relaxed: the order to withdraw comes behind it through the mailbox' lock.
        private let flag = Atomic<Bool>(false)

        var isSet: Bool { flag.load(ordering: .relaxed) }
        func set() { flag.store(true, ordering: .relaxed) }
    }

    init(
        _ id: RequestID, _ cancellation: Cancellation,
        _ continuation: CheckedContinuation<SessionLoop.Answer, Never>
    ) {
        self.id = id
        self.cancellation = cancellation
        self.continuation = continuation
    }

    var isCancelled: Bool { cancellation.isSet }

    /// Once: the loop forgets the call with it.
    func resume(_ answer: SessionLoop.Answer) { continuation.resume(returning: answer) }
}

extension SessionLoop {
    /// The answer to what `order` asks for. A task that is cancelled gives up waiting, and nothing else.
    func answer(
        canBeWithdrawn: Bool = true, _ order: (Call) -> Order
    ) async -> Answer {
        let id = board.takeRequestID()
        let cancellation = Call.Cancellation()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                post(order(Call(id, cancellation, continuation)))
            }
        } onCancel: {
            guard canBeWithdrawn else { return }
            cancellation.set()
            post(.withdraw(id))
        }
    }
}
