import FolderReading
import Inspection
import Printing
import Storage
import Vocabulary
import Znodes

/// Transactions as lines, in columns that are as wide as they ever need to be: nothing has to be gathered.
struct EntryText {
    let data: DataText

    static let heading =
        padded("zxid", 13) + padded("time", 26) + padded("session", 20) + padded("cxid", 13)
        + padded("operation", 17) + "what\n"

    func lines(_ entry: LogEntry) -> String {
        let row = entry.row
        var text =
            EntryText.padded("\(entry.zxid)", 13) + EntryText.padded(TimeText.iso(row.timeMs), 26)
            + EntryText.padded("\(row.session)", 20) + EntryText.padded("\(row.cxid)", 13)
            + EntryText.padded(OperationName.text(row.type), 17)
        guard let transaction = entry.transaction else {
            return text + ScreenText.safe("undecodable: \(entry.undecodable ?? "")") + "\n" + faultLine(entry)
        }
        text += ScreenText.safe(summary(transaction)) + "\n"
        let isUnfolded = transaction.steps.count != 1 || transaction.change != transaction.steps[0]
        if isUnfolded {
            for step in transaction.steps { text += unfolded(step.name, self.text(step)) }
        }
        if case .closeSession(let paths) = transaction.change {
            for path in paths { text += unfolded("delete", "\(path)") }
        }
        return text + faultLine(entry)
    }

    private func unfolded(_ name: String, _ what: String) -> String {
        String(repeating: " ", count: 72) + EntryText.padded("· " + name, 17) + ScreenText.safe(what) + "\n"
    }

    private func faultLine(_ entry: LogEntry) -> String {
        entry.fault.map { "!! \($0.text(at: entry.zxid))\n" } ?? ""
    }

    private func summary(_ transaction: Transaction) -> String {
        switch transaction.change {
        case .multi(let changes):
            changes.count.counted("operation") + (transaction.isRefused ? ", refused as a whole" : "")
        case .closeSession(let paths):
            paths.isEmpty ? "no ephemerals" : "with \(paths.count.counted("ephemeral"))"
        case let change: text(change)
        }
    }

    /// One operation on one line.
    func text(_ change: Change) -> String {
        switch change {
        case .create(let creation):
            let kind = creation.kindText == "persistent" ? "" : "  \(creation.kindText)"
            let ttl = if case .ttl(let ms) = creation.kind { " \(ms) ms" } else { "" }
            let acl = creation.acl == .open ? "" : "  acl \(creation.acl.text)"
            return "\(creation.path)  \(data.describe(creation.data))\(kind)\(ttl)\(acl)"
        case .delete(let path, let isSweep): return "\(path)" + (isSweep ? "  had run out" : "")
        case .setData(let path, let content, let version), .reconfig(let path, let content, let version):
            return "\(path)  \(data.describe(content))  version \(version)"
        case .setACL(let path, let acl, let version): return "\(path)  \(acl.text)  version \(version)"
        case .check(let path, let version): return "\(path)  version \(version &- 1)"
        case .createSession(let timeoutMs): return "timeout \(TimeText.duration(Int64(timeoutMs)))"
        case .error(let code): return OperationName.error(code)
        case .closeSession(let paths): return paths.map { "\($0)" }.joined(separator: " ")
        case .multi(let changes): return changes.count.counted("operation")
        }
    }

    static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
