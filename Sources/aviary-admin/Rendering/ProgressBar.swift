import Clocks
import Glibc
import Inspection

/// A line on the terminal that says how far long work is; nothing where standard error is no terminal.
final class ProgressBar {
    private let began = MachineClock.monotonicMs
    private var lastShown: Int64 = 0
    private var isShown = false

    private static let delayMs: Int64 = 1000
    private static let everyMs: Int64 = 100
    private static let width = 30

    /// - Parameter besideAnswer: the answer is printed meanwhile.
    static func forTerminal(besideAnswer: Bool) -> Progress {
        guard isatty(STDERR_FILENO) == 1, !besideAnswer || isatty(STDOUT_FILENO) != 1 else {
            return Progress()
        }
        let bar = ProgressBar()
        return Progress(note: { bar.show($0, $1) }, end: { bar.clear() })
    }

    private func show(_ fraction: Double, _ what: String) {
        let now = MachineClock.monotonicMs
        guard now - began >= ProgressBar.delayMs, now - lastShown >= ProgressBar.everyMs else { return }
        lastShown = now
        isShown = true
        let full = Int(fraction * Double(ProgressBar.width))
        let bar =
            String(repeating: "█", count: full) + String(repeating: "░", count: ProgressBar.width - full)
        let percent = Int(fraction * 100)
        "\r\u{1b}[K\(bar) \(percent) %  \(what)".writeToStandardError()
    }

    private func clear() {
        guard isShown else { return }
        isShown = false
        "\r\u{1b}[K".writeToStandardError()
    }
}
