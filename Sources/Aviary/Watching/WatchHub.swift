internal import ClientCore
internal import Synchronization
internal import Vocabulary

/// Somebody who wants to know of changes.
protocol WatchSubscriber: AnyObject, Sendable {
    func deliver(_ type: WatchEventType, _ path: ZnodePath, _ zxid: Vocabulary.Zxid)
    /// Changes may have gone unseen for a while.
    func resumed(isNewSession: Bool, seen: Vocabulary.Zxid)
    /// The client is over.
    func end()
}

/// The subscribers of a client, by the znode that they watch.
final class WatchHub: Sendable {
    private struct Entry {
        let subscriber: any WatchSubscriber
        let path: ZnodePath
        let isRecursive: Bool
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var numbers: [ZnodePath: Set<UInt64>] = [:]
        var recursive: Set<UInt64> = []
        var last: UInt64 = 0
        var isEnded = false
    }

    private let state = Mutex(State())

    func add(_ subscriber: any WatchSubscriber, at path: ZnodePath, isRecursive: Bool) -> UInt64 {
        let (number, isEnded) = state.withLock { state in
            state.last += 1
            state.entries[state.last] = Entry(subscriber: subscriber, path: path, isRecursive: isRecursive)
            state.numbers[path, default: []].insert(state.last)
            if isRecursive { state.recursive.insert(state.last) }
            return (state.last, state.isEnded)
        }
        if isEnded { subscriber.end() }
        return number
    }

    /// Nobody is told of anything any more.
    var isEnded: Bool { state.withLock(\.isEnded) }

    /// - Returns: The path, if nobody watches it any more.
    func remove(_ number: UInt64) -> ZnodePath? {
        state.withLock { state in
            guard let entry = state.entries.removeValue(forKey: number) else { return nil }
            state.recursive.remove(number)
            state.numbers[entry.path]?.remove(number)
            guard state.numbers[entry.path]?.isEmpty == true else { return nil }
            state.numbers[entry.path] = nil
            return entry.path
        }
    }

    func isWatched(_ path: ZnodePath) -> Bool { state.withLock { $0.numbers[path] != nil } }

    func deliver(_ type: WatchEventType, _ path: ZnodePath, _ zxid: Vocabulary.Zxid) {
        let concerned = state.withLock { state in
            let below = state.recursive.filter { number in
                state.entries[number].map { path.isWithin($0.path) } ?? false
            }
            return below.union(state.numbers[path] ?? []).sorted()
                .compactMap { state.entries[$0]?.subscriber }
        }
        for subscriber in concerned { subscriber.deliver(type, path, zxid) }
    }

    func resumed(isNewSession: Bool, seen: Vocabulary.Zxid) {
        for subscriber in everybody() { subscriber.resumed(isNewSession: isNewSession, seen: seen) }
    }

    func end() {
        state.withLock { $0.isEnded = true }
        for subscriber in everybody() { subscriber.end() }
    }

    private func everybody() -> [any WatchSubscriber] {
        state.withLock { state in state.entries.keys.sorted().compactMap { state.entries[$0]?.subscriber } }
    }
}

/// A place in the hub, given back when nobody has it any more.
final class Subscription: Sendable {
    private let number: UInt64
    private let loop: SessionLoop

    init(
        _ subscriber: any WatchSubscriber, at path: ZnodePath, isRecursive: Bool = false, of loop: SessionLoop
    ) {
        self.loop = loop
        number = loop.hub.add(subscriber, at: path, isRecursive: isRecursive)
    }

    deinit {
        if let path = loop.hub.remove(number) { loop.post(.unwatch(path)) }
    }
}
