import Glibc

/// SIGTERM and SIGINT, kept from ending the process so that it can end itself.
///
/// Made before any other thread: threads inherit that these signals are blocked, and one call waits for them.
struct StopSignals {
    private var signals = sigset_t()

    init() {
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Returns when one of them arrived.
    func wait() {
        var signals = signals
        var arrived: Int32 = 0
        sigwait(&signals, &arrived)
    }
}
