/// Names that must go although whoever made them no longer waits: contenders of locks that were given up.
///
/// The orders are carried out by the client's `run`, which owns them until they are done.
final class Reaper: Sendable {
    struct Order: Sendable {
        /// In the whole tree, not below a client's root.
        let directory: String
        /// All children go whose names contain it.
        let mark: String
        /// Of the session that made them; they go with it by themselves.
        let generation: Int
    }

    let orders: AsyncStream<Order>
    private let continuation: AsyncStream<Order>.Continuation

    init() {
        (orders, continuation) = AsyncStream.makeStream(of: Order.self)
    }

    func accept(_ order: Order) { continuation.yield(order) }

    func finish() { continuation.finish() }
}
