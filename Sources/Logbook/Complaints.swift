internal import Clocks
internal import Glibc
package import Logging
package import NIOCore

/// Says what strangers and clients do wrong: the first of a kind from an address, then how often it was.
///
/// Everything that somebody outside can cause is said here, and nowhere else: a flood of bad connections is a
/// line a minute and kind, not a line each. Confined to its event loop.
package final class Complaints {
    /// Notes of a kind from an address that are said in a minute.
    static let notesMax = 10

    private let loop: any EventLoop
    private let log: Logger
    private var throttle = LogThrottle()
    private var isWaiting = false

    package init(loop: any EventLoop, log: Logger) {
        self.loop = loop
        self.log = log
    }

    /// - Parameters:
    ///   - kind: The same sentence for all of a kind, without what a stranger chose.
    ///   - address: Without a port: that changes with each connection.
    ///   - facts: For whoever reads the first of the kind.
    package func warn(
        _ kind: String, from address: String, _ facts: @autoclosure () -> Logger.Metadata = [:]
    ) {
        say(.warning, kind, address, timesMax: 1, facts)
    }

    /// Notes of what is ordinary, and a flood only when somebody wants one: some of a kind are said before
    /// they are counted.
    package func note(
        _ level: Logger.Level, _ kind: String, from address: String,
        _ facts: @autoclosure () -> Logger.Metadata = [:]
    ) {
        say(level, kind, address, timesMax: Complaints.notesMax, facts)
    }

    private func say(
        _ level: Logger.Level, _ kind: String, _ address: String, timesMax: Int,
        _ facts: () -> Logger.Metadata
    ) {
        loop.assertInEventLoop()
        if throttle.admits(kind, from: address, timesMax: timesMax, atMs: MachineClock.monotonicMs) {
            var facts = facts()
            facts["from"] = "\(address)"
            log.log(level: level, "\(kind)", metadata: facts)
        }
        awaitCounts()
    }

    private func awaitCounts() {
        guard !isWaiting, let end = throttle.nextEndMs else { return }
        isWaiting = true
        loop.assumeIsolated().scheduleTask(in: .milliseconds(max(0, end - MachineClock.monotonicMs))) {
            [weak self] in
            guard let self else { return }
            isWaiting = false
            sayCounts()
            awaitCounts()
        }
    }

    private func sayCounts() {
        let seconds = LogThrottle.windowMs / 1000
        for count in throttle.counts(atMs: MachineClock.monotonicMs) {
            log.warning(
                "\(count.kind): \(count.times) more in the last \(seconds) s",
                metadata: ["from": "\(count.address ?? "other addresses")"])
        }
    }
}
