internal import ClientCore
internal import DequeModule
internal import Synchronization
internal import Vocabulary

/// The events that a reader has not fetched yet: so many at most, then a gap stands for all of it.
final class EventBuffer: WatchSubscriber {
    private struct State {
        var events: Deque<WatchEvent> = []
        var isEnded = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let eventsMax: Int
    private let rootBytes: Int

    /// - Parameter rootBytes: What is cut off paths.
    init(eventsMax: Int, rootBytes: Int) {
        self.eventsMax = max(eventsMax, 1)
        self.rootBytes = rootBytes
    }

    func deliver(_ type: WatchEventType, _ path: ZnodePath, _ zxid: Vocabulary.Zxid) {
        let change: WatchEvent.Change =
            switch type {
            case .created: .created
            case .deleted: .deleted
            case .dataChanged: .dataChanged
            case .childrenChanged: .childrenChanged
            }
        let shown = String(decoding: path.bytes.dropFirst(rootBytes), as: UTF8.self)
        let position = zxid.rawValue > 0 ? Zxid(zxid) : nil
        wake { state in
            if state.events.count >= eventsMax {
                state.events = [.gap(.overflow)]
            } else {
                state.events.append(.change(change, path: shown.isEmpty ? "/" : shown, zxid: position))
            }
        }
    }

    func resumed(isNewSession: Bool, seen: Vocabulary.Zxid) {
        // Nothing was answered yet, so nothing was watched.
        guard seen > .zero else { return }
        wake { state in
            if state.events.last != .gap(.reconnect) { state.events.append(.gap(.reconnect)) }
        }
    }

    func end() {
        wake { $0.isEnded = true }
    }

    /// The next event; nil at the client's end, or when the task is cancelled.
    func next() async -> WatchEvent? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    let isDue = !state.events.isEmpty || state.isEnded || Task.isCancelled
                    if !isDue { state.waiter = continuation }
                    return isDue
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            wake { _ in }
        }
        return state.withLock { $0.events.popFirst() }
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
