package import FolderReading
internal import Printing
internal import Storage
package import Vocabulary

/// One thing that a check has to say.
package struct Finding: Equatable, Sendable {
    package enum Severity: String, Sendable {
        /// Something is not as it was written, or missing.
        case damage
        /// Worth knowing; nothing is lost by it.
        case note
    }

    package enum Place: Equatable, Sendable {
        case log
        case mark
        case numbers
        case snapshot(Zxid)
        case tree
    }

    package let severity: Severity
    package let place: Place
    /// The first transaction that is missing or cannot be believed, where there is one.
    package let zxid: Zxid?
    package let text: String

    package init(_ severity: Severity, _ place: Place, at zxid: Zxid? = nil, _ text: String) {
        self.severity = severity
        self.place = place
        self.zxid = zxid
        self.text = text
    }
}

extension Finding.Place: CustomStringConvertible {
    package var description: String {
        switch self {
        case .log: "log"
        case .mark: "acknowledged"
        case .numbers: "epochs"
        case .snapshot(let zxid): "snapshot \(zxid)"
        case .tree: "tree"
        }
    }
}

extension RowFault {
    /// The sentence for the row at `zxid`.
    package func text(at zxid: Zxid) -> String {
        switch self {
        case .changed: return "the row \(zxid) is not what was written"
        case .checksumChanged:
            return "the checksum of the row \(zxid) was changed; the rest of it is what was written, as what "
                + "follows it says"
        case .rowsMissing(let last):
            return RowFault.missing(after: last, before: zxid)
        case .unlinked(let last):
            return "the row \(zxid) does not follow \(last): rows at the end of epoch "
                + "\(last.epoch.rawValue) are missing, or it is not what was written"
        case .unreadable(let last):
            return "pages cannot be read: what stands between \(last) and \(zxid) is lost"
        case .unanchored:
            return
                "what the log begins after is unknown, so its first row, \(zxid), was taken for what it says"
        }
    }

    private static func missing(after last: Zxid, before next: Zxid) -> String {
        if last == .zero { return "the log's beginning is missing: its first row is \(next)" }
        guard last.epoch == next.epoch else {
            return "rows are missing between \(last) and \(next), the first of them \(last.expectedNext)"
        }
        let count = next.rawValue - last.rawValue - 1
        if count == 1 { return "the row \(last.expectedNext) is missing" }
        let end = Zxid(rawValue: next.rawValue - 1)
        return "\(count.grouped) rows are missing, \(last.expectedNext) to \(end)"
    }
}

/// A run of rows that are as they were written.
package struct SoundRange: Equatable, Sendable {
    package let first: Zxid
    package private(set) var last: Zxid
    package private(set) var count: Int

    init(_ zxid: Zxid) {
        first = zxid
        last = zxid
        count = 1
    }

    mutating func extend(to zxid: Zxid) {
        last = zxid
        count += 1
    }
}
