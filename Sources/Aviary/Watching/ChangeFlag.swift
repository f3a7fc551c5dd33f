internal import ClientCore
internal import Synchronization
internal import Vocabulary

/// Whether what was read may be old. However much changes meanwhile, it is read again once.
final class ChangeFlag: WatchSubscriber {
    private struct State {
        var isSet = true
        var isEnded = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func deliver(_ type: WatchEventType, _ path: ZnodePath, _ zxid: Vocabulary.Zxid) { set() }

    /// In the same session the server says itself what has changed; a new one watches nothing yet.
    func resumed(isNewSession: Bool, seen: Vocabulary.Zxid) {
        if isNewSession { set() }
    }

    func end() {
        wake { $0.isEnded = true }
    }

    var isEnded: Bool { state.withLock(\.isEnded) }

    func set() {
        wake { $0.isSet = true }
    }

    /// Waits until it is set, and takes it down. Returns early when the task is cancelled.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    let isDue = state.isSet || state.isEnded || Task.isCancelled
                    if !isDue { state.waiter = continuation }
                    return isDue
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            wake { _ in }
        }
        state.withLock { $0.isSet = false }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}
