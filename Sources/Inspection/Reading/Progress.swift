internal import FolderReading
internal import Storage
internal import Vocabulary

/// Whom to tell how far a long reading is.
package struct Progress {
    private let note: (_ fraction: Double, _ what: String) -> Void
    private let end: () -> Void

    /// Nobody.
    package init() {
        note = { _, _ in }
        end = {}
    }

    package init(
        note: @escaping (_ fraction: Double, _ what: String) -> Void, end: @escaping () -> Void
    ) {
        self.note = note
        self.end = end
    }

    package func at(_ fraction: Double, _ what: String) { note(min(1, max(0, fraction)), what) }
    package func finish() { end() }
}

/// Turns places in a log into parts of the whole.
struct Pace {
    private let progress: Progress
    private let what: String
    /// Each reign's first zxid, and how many rows are before it.
    private var reigns: [(first: Int64, before: Int64)] = []
    private var total: Int64 = 1
    private var count = 0

    init(over folder: NodeFolder, _ progress: Progress, _ what: String = "log") {
        self.progress = progress
        self.what = what
        var before: Int64 = 0
        // Absence is the meaning: of a log that is damaged there nothing can be foretold.
        for reign in (try? folder.log().reigns()) ?? [] {
            reigns.append((reign.first.rawValue, before))
            before += reign.rows
        }
        total = max(1, before)
    }

    /// Says so from time to time: not at every row.
    mutating func reached(_ zxid: Zxid) {
        count += 1
        guard count % 2048 == 0, let reign = reigns.last(where: { $0.first <= zxid.rawValue }) else { return }
        progress.at(Double(reign.before &+ zxid.rawValue &- reign.first) / Double(total), what)
    }
}
