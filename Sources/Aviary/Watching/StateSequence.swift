internal import ClientCore
internal import Vocabulary

/// The state of a znode now and after each change: nil while it is not there.
///
/// The newest wins: a reader that is slow misses what lay between, never the last. It goes on over lost
/// connections and over new sessions, and ends with the client or with its reader.
public struct StateSequence<Value: Equatable & Sendable>: AsyncSequence, Sendable {
    /// A state; nil while the znode is not there.
    public typealias Element = Value?
    /// Says what is wrong, such as that this client may not read the znode.
    public typealias Failure = AviaryError

    let path: ZnodePath
    let loop: SessionLoop
    /// Reads, and asks to be told of the next change; without a word when the client is over.
    let read: @Sendable () async throws(AviaryError) -> Value?

    /// Begins with the state now.
    public func makeAsyncIterator() -> AsyncIterator {
        let flag = ChangeFlag()
        return AsyncIterator(
            flag: flag, subscription: Subscription(flag, at: path, of: loop), read: read)
    }

    /// A reader of the states.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let flag: ChangeFlag
        let subscription: Subscription
        let read: @Sendable () async throws(AviaryError) -> Value?
        private var last: Value??

        init(
            flag: ChangeFlag, subscription: Subscription,
            read: @escaping @Sendable () async throws(AviaryError) -> Value?
        ) {
            self.flag = flag
            self.subscription = subscription
            self.read = read
        }

        /// The state after the last one that was read; nil at the end.
        public mutating func next(isolation: isolated (any Actor)?) async throws(AviaryError) -> Value?? {
            while true {
                await flag.wait()
                if Task.isCancelled || flag.isEnded { return nil }
                do throws(AviaryError) {
                    let value = try await read()
                    if let last, last == value { continue }
                    last = .some(value)
                    return .some(value)
                } catch {
                    if Task.isCancelled || error.code == .closed { return nil }
                    flag.set()
                    throw error
                }
            }
        }

        /// The same, from anywhere.
        public mutating func next() async throws(AviaryError) -> Value?? {
            try await next(isolation: nil)
        }
    }
}
