package import Logging
package import NIOCore
package import Settings
internal import Storage

/// The reading of all that lies still on the disk, again and again while the node serves: damage is found
/// before the day on which it counts, and mended where another server has what is missing.
package struct Scrub: Sendable {
    private let logThread: LogThread
    private let help: SegmentHelp?
    private let interval: TimeAmount
    private let log: Logger

    /// - Parameter links: To the servers that may help; nil for a node that is all there is.
    package init(_ settings: NodeSettings, _ logThread: LogThread, links: EnsembleLinks?, log: Logger) {
        self.logThread = logThread
        self.log = log
        interval = .hours(Int64(settings.healing.scrubHours))
        guard settings.healing.isEnabled, let links else {
            help = nil
            return
        }
        let asking = links.asking
        help = SegmentHelp { wanted, excluded in
            asking.ask(wanted, excluded, limitMs: Scrub.answerLimitMs)
        } stamp: {
            Healing.stamp()
        } noteMended: { mending in
            Healing.say(mending, to: log)
        }
    }

    private static let answerLimitMs = 2000

    /// Checks what the start did not need now, and everything after each interval.
    package func begin(on loop: any EventLoop) {
        check(all: false)
        guard interval > .zero else { return }
        loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in check(all: true) }
    }

    private func check(all: Bool) {
        logThread.checkCovered(all: all, help: help) { [log] damage in
            log.error(
                """
                damage in a part of the log or in a snapshot that is not needed while a snapshot behind it \
                can be read, and goes with the oldest: \(damage.finding)
                """)
        }
    }
}
