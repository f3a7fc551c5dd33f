internal import DequeModule
internal import Dispatch
internal import NIOPosix
internal import Synchronization

/// A queue of pieces that one thread makes and another takes, the maker a few pieces ahead.
///
/// Reading a file and building a tree of it take about as long as each other: side by side, a start takes
/// half the time.
final class BoundedPipe<Piece: Sendable>: Sendable {
    private struct State {
        var pieces: Deque<Piece> = []
        var hasEnded = false
        var failure: (any Error)?
        /// The taker wants no more.
        var isUnwanted = false
    }

    /// The error of a maker when nobody takes any more.
    struct Unwanted: Error {}

    private let state = Mutex(State())
    private let room = DispatchSemaphore(value: 0)
    private let ready = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    private init(ahead: Int) {
        // Made with 0 and raised: Dispatch traps where one goes away below what it was made with.
        for _ in 0..<ahead { room.signal() }
    }

    /// Runs `make` on a thread of its own and `take` here, and returns when both are done.
    ///
    /// - Parameter ahead: Pieces that may wait to be taken.
    /// - Throws: Whatever `take` throws, else what `make` does, after all it had made was taken.
    static func run(
        ahead: Int, make: @escaping @Sendable (BoundedPipe) throws -> Void, take: (Piece) throws -> Void
    ) throws {
        let pipe = BoundedPipe(ahead: ahead)
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        thread.submit { _ in pipe.make(make) }
        let outcome = Result { try pipe.takeAll(take) }
        pipe.ended.wait()
        try thread.syncShutdownGracefully()
        try outcome.get()
    }

    /// Gives a piece away, once there is room for it.
    func give(_ piece: Piece) throws(Unwanted) {
        room.wait()
        let isWanted = state.withLock { state in
            if !state.isUnwanted { state.pieces.append(piece) }
            return !state.isUnwanted
        }
        guard isWanted else { throw Unwanted() }
        ready.signal()
    }

    private func make(_ make: (BoundedPipe) throws -> Void) {
        let outcome = Result { try make(self) }
        state.withLock { state in
            state.hasEnded = true
            if case .failure(let error) = outcome, !(error is Unwanted) { state.failure = error }
        }
        ready.signal()
        ended.signal()
    }

    private func takeAll(_ take: (Piece) throws -> Void) throws {
        while true {
            ready.wait()
            let (piece, failure) = state.withLock { state in
                (state.pieces.popFirst(), state.failure)
            }
            guard let piece else {
                if let failure { throw failure }
                return
            }
            room.signal()
            do {
                try take(piece)
            } catch {
                state.withLock { $0.isUnwanted = true }
                room.signal()
                throw error
            }
        }
    }
}
