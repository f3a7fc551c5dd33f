package import Vocabulary

/// A place in a history, as somebody names it: a transaction or a time.
package enum Moment: Equatable, Sendable {
    case zxid(Zxid)
    /// Milliseconds since 1970.
    case time(Int64)

    package init?(_ text: String) {
        if let milliseconds = TimeText.milliseconds(text) {
            self = .time(milliseconds)
        } else if let zxid = ZxidText(text)?.zxid {
            self = .zxid(zxid)
        } else {
            return nil
        }
    }

    /// Whether a row is not before it.
    func isReached(by zxid: Zxid, _ timeMs: Int64) -> Bool {
        switch self {
        case .zxid(let first): zxid >= first
        case .time(let first): timeMs >= first
        }
    }

    /// Whether a row is not after it.
    func includes(_ zxid: Zxid, _ timeMs: Int64) -> Bool {
        switch self {
        case .zxid(let last): zxid <= last
        case .time(let last): timeMs <= last
        }
    }
}

extension Moment: CustomStringConvertible {
    package var description: String {
        switch self {
        case .zxid(let zxid): "\(zxid)"
        case .time(let milliseconds): TimeText.iso(milliseconds)
        }
    }
}
