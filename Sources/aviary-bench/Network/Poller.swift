import CEpoll
import Glibc

/// Waits on many sockets at once (epoll, level-triggered).
struct Poller: ~Copyable {
    private let descriptor: Int32
    private var events: [epoll_event]

    init() throws(BenchError) {
        descriptor = epoll_create1(0)
        guard descriptor >= 0 else { throw .system("epoll could not be set up") }
        events = [epoll_event](repeating: epoll_event(), count: 512)
    }

    deinit { close(descriptor) }

    func add(_ socket: Socket, token: Int) {
        control(EPOLL_CTL_ADD, socket, token: token, events: EPOLLIN.rawValue)
    }

    /// Asks to be told, or no longer to be told, when `socket` takes bytes again.
    func watchForRoom(_ isWanted: Bool, on socket: Socket, token: Int) {
        control(
            EPOLL_CTL_MOD, socket, token: token, events: EPOLLIN.rawValue | (isWanted ? EPOLLOUT.rawValue : 0)
        )
    }

    func remove(_ socket: Socket) {
        control(EPOLL_CTL_DEL, socket, token: 0, events: 0)
    }

    /// Waits until something happens or `timeoutMs` is over; the result is how many events `event(_:)`
    /// answers.
    mutating func wait(timeoutMs: Int32) -> Int {
        max(0, Int(epoll_wait(descriptor, &events, Int32(events.count), timeoutMs)))
    }

    func event(_ index: Int) -> (token: Int, isReadable: Bool, hasRoom: Bool) {
        let event = events[index]
        let readable = EPOLLIN.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue
        return (Int(event.data.u64), event.events & readable != 0, event.events & EPOLLOUT.rawValue != 0)
    }

    private func control(_ operation: Int32, _ socket: Socket, token: Int, events: UInt32) {
        var event = epoll_event(events: events, data: epoll_data_t(u64: UInt64(token)))
        _ = epoll_ctl(descriptor, operation, socket.descriptor, &event)
    }
}
