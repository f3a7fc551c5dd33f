internal import Clocks
internal import Glibc
internal import Logging

/// Writes the log on a thread of its own, so that nobody who has something to say waits for whoever reads it.
///
/// `@unchecked Sendable`: `queue` and `isWriting` are reached under `mutex` alone, the rest never changes.
package final class LogWriter: @unchecked Sendable {
    private let descriptor: Int32
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    /// Something was queued, or all of it is written.
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var queue = LogQueue()
    private var isWriting = false

    /// - Parameter descriptor: Open for as long as the process lives.
    package init(to descriptor: Int32 = STDERR_FILENO) {
        self.descriptor = descriptor
        mutex = .allocate(capacity: 1)
        changed = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
        var thread = pthread_t()
        // The thread and this writer live as long as the process.
        let me = Unmanaged.passRetained(self)
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<LogWriter>.fromOpaque(argument).takeUnretainedValue().work()
                return nil
            }, me.toOpaque())
        precondition(status == 0, "no thread could be made for the log")
        pthread_detach(thread)
    }

    /// Queues a line, with its end, and returns at once.
    package func write(_ line: String) {
        withLock { queue.add(line) }
    }

    /// Waits until everything said so far is written, but no longer than so many milliseconds: nobody may
    /// read it any more.
    package func flush(withinMs limit: Int) {
        let endNs = Int(MachineClock.monotonicNs) + limit * 1_000_000
        var end = timespec(tv_sec: endNs / 1_000_000_000, tv_nsec: endNs % 1_000_000_000)
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while !queue.isEmpty || isWriting {
            guard pthread_cond_timedwait(changed, mutex, &end) == 0 else { return }
        }
    }

    private func withLock(_ body: () -> Void) {
        pthread_mutex_lock(mutex)
        body()
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(mutex)
    }

    private func work() {
        while true {
            put(next())
            withLock { isWriting = false }
        }
    }

    private func next() -> [UInt8] {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while queue.isEmpty { pthread_cond_wait(changed, mutex) }
        isWriting = true
        return queue.take { LogFormat.line(.warning, LogWriter.sentence(dropped: $0)) }
    }

    private static func sentence(dropped: Int) -> String {
        "\(dropped) line\(dropped == 1 ? " of the log was" : "s of the log were") dropped here: "
            + "standard error was not read"
    }

    /// Blocks for as long as the reader takes. What cannot be written (there is no reader any more, or the
    /// disk is full) is lost; to say so would only be lost too.
    private func put(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if errno == EAGAIN {
                // Whoever started the node left its end of the pipe so.
                var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&room, 1, 1000)
            } else if errno != EINTR {
                return
            }
        }
    }
}
