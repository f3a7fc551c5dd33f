package import FolderReading
package import Storage
package import Vocabulary

/// Where a zxid stands in a node's log.
package enum ZxidPlace: Equatable, Sendable {
    case row(LogRow)
    /// Before what the log holds; a snapshot stands for it.
    case beforeHorizon(start: Zxid)
    case afterEnd(last: Zxid, lastTimeMs: Int64)
    /// Inside the log's range, but there is none: the epoch ended before it, or rows are missing.
    case between(before: Zxid, after: Zxid)
    case emptyLog

    package init(of zxid: Zxid, in folder: NodeFolder) throws {
        let log = try folder.log()
        if let row = try log.row(at: zxid) {
            self = .row(row)
            return
        }
        let start = try folder.start().zxid
        let before = try log.row(atOrBefore: zxid)
        let after = try log.row(atOrAfter: zxid)
        switch (before, after) {
        case (let before?, let after?): self = .between(before: before.zxid, after: after.zxid)
        case (let last?, nil): self = .afterEnd(last: last.zxid, lastTimeMs: last.timeMs)
        case (nil, let first?):
            self =
                start > .zero
                ? .beforeHorizon(start: start) : .between(before: start, after: first.zxid)
        case (nil, nil): self = start > .zero && zxid <= start ? .beforeHorizon(start: start) : .emptyLog
        }
    }
}
