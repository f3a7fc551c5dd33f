import Dispatch
import Glibc
import Synchronization

/// SIGTERM and SIGINT, kept from ending the process so that it can end itself, and SIGQUIT, at which it says
/// what it is doing.
///
/// Made before any other thread: threads inherit that these signals are blocked, and one of their own waits
/// for them, so that they are heard also while the node starts or its loop hangs.
final class Signals: Sendable {
    private let stopped = DispatchSemaphore(value: 0)
    private let isServing = Mutex(false)
    private let report = Mutex<@Sendable () -> Void>({})

    init() {
        signal(SIGPIPE, SIG_IGN)
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGTERM, SIGINT, SIGQUIT] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        var thread = pthread_t()
        let started = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Signals>.fromOpaque(context).takeRetainedValue().watch() }
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(started == 0, "the first thread can always be made")
    }

    private func watch() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGTERM, SIGINT, SIGQUIT] { sigaddset(&signals, number) }
        while true {
            var arrived: Int32 = 0
            guard sigwait(&signals, &arrived) == 0 else { continue }
            if arrived == SIGQUIT {
                report.withLock { $0 }()
            } else if isServing.withLock({ $0 }) {
                stopped.signal()
            } else {
                // Nothing was promised to anybody yet: a start may end anywhere.
                _exit(0)
            }
        }
    }

    /// - Parameter report: Called at SIGQUIT, on the thread of the signals, until there is another one.
    func setReport(_ report: @escaping @Sendable () -> Void) { self.report.withLock { $0 = report } }

    /// From now on the node has to end itself; returns when it is told to.
    func wait() {
        isServing.withLock { $0 = true }
        stopped.wait()
    }
}
