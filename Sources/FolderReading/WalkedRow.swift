package import Storage
package import Vocabulary

/// A row of a log that is walked, with what is wrong there.
package struct WalkedRow: Equatable, Sendable {
    package let row: LogRow
    /// The chain's checksum as it stands in the row.
    package let checksum: UInt64
    /// nil: the row is what was written, and follows the one before it.
    package let fault: RowFault?

    package init(row: LogRow, checksum: UInt64, fault: RowFault?) {
        self.row = row
        self.checksum = checksum
        self.fault = fault
    }

    /// A checksum over all that the row says, and nothing before it: equal where the contents are.
    package var contentChecksum: UInt64 { row.chained(to: .empty).checksum }
}

/// The fault at a row.
package enum RowFault: Equatable, Sendable {
    /// The row is not what was written.
    case changed
    /// The row's checksum alone is not: the rows after it say that the rest of it is.
    case checksumChanged
    /// Rows between `after` and this one are missing; whether it is what was written cannot be said.
    case rowsMissing(after: Zxid)
    /// The row begins an epoch and does not follow `after`: rows at the end of the epoch before it are
    /// missing, or it is not what was written.
    case unlinked(after: Zxid)
    /// The pages that hold what stands between `after` and this one cannot be read.
    case unreadable(after: Zxid)
    /// The log's beginning is unknown, so the first row was taken for what it says.
    case unanchored
}

extension RowFault {
    /// The first transaction that is missing or cannot be believed.
    package func firstBad(at zxid: Zxid) -> Zxid {
        switch self {
        case .changed, .checksumChanged, .unanchored: zxid
        // Of a log whose beginning is missing nobody knows with which epoch it began; this one's is certain.
        case .rowsMissing(let last), .unlinked(let last), .unreadable(let last):
            if last == .zero { Zxid(epoch: zxid.epoch, counter: 1) } else { last.expectedNext }
        }
    }

    /// Whether what the row itself says can be relied on all the same.
    package var sparesContent: Bool { self == .checksumChanged }
}
