/// One change that a server told of, or that some may have gone unseen.
public enum WatchEvent: Hashable, Sendable {
    /// The kinds of change.
    public enum Change: String, Hashable, Sendable {
        case created
        case deleted
        case dataChanged
        case childrenChanged
    }

    /// The reasons for a gap.
    public enum Cause: String, Hashable, Sendable {
        /// Nobody watched while there was no connection.
        case reconnect
        /// The reader was slower than the events.
        case overflow
    }

    /// A change; its position where the server names it (from 3.9 on).
    case change(Change, path: String, zxid: Zxid?)
    /// Changes may be missing here: whoever has to know them all reads again.
    case gap(Cause)
}

/// How much of the tree a stream of events is about.
public enum WatchMode: Hashable, Sendable {
    /// The znode: its data, its coming and going, its list of children.
    case znode
    /// The znode and all below it: data, coming and going.
    case recursive
}

/// All changes of a znode or of a subtree in their order, or a gap where some may be missing.
///
/// All since it was asked for. For one reader: two would share the events.
public struct EventSequence: AsyncSequence, Sendable {
    /// A change, or a gap.
    public typealias Element = WatchEvent
    /// None.
    public typealias Failure = Never

    let buffer: EventBuffer
    let subscription: Subscription

    /// The one reader.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(buffer: buffer, subscription: subscription)
    }

    /// A reader of the events.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let buffer: EventBuffer
        /// Kept for as long as somebody reads.
        let subscription: Subscription

        /// - Returns: nil at the client's end, or when the task is cancelled.
        public mutating func next() async -> WatchEvent? { await buffer.next() }
    }
}
