package import FolderReading
internal import NIOCore
package import Storage
package import Vocabulary
internal import Wire
package import Znodes

/// A transaction of a log, decoded.
package struct LogEntry: Equatable, Sendable {
    package let row: LogRow
    /// The chain's checksum in the row.
    package let checksum: UInt64
    package let fault: RowFault?
    /// nil where the body is no transaction.
    package let transaction: Transaction?
    /// Why it is none.
    package let undecodable: String?

    package init(_ walked: WalkedRow) {
        self.init(walked.row, checksum: walked.checksum, fault: walked.fault)
    }

    package init(_ row: LogRow, checksum: UInt64, fault: RowFault? = nil) {
        self.row = row
        self.checksum = checksum
        self.fault = fault
        let decoded = Result { () throws(DecodingError) in
            try Transaction(decoding: row.body.readableBytesSpan)
        }
        switch decoded {
        case .success(let transaction):
            self.transaction = transaction
            undecodable = nil
        case .failure(let error):
            transaction = nil
            undecodable = "\(error)"
        }
    }

    package var zxid: Zxid { row.zxid }
    package var bodyBytes: Int { row.body.readableBytes }

    /// The contradiction between the row's columns and its body; nil when they agree.
    package var contradiction: String? {
        guard let transaction else { return nil }
        var columns: [String] = []
        if transaction.zxid != row.zxid { columns.append("zxid \(transaction.zxid)") }
        if transaction.timeMs != row.timeMs { columns.append("time \(TimeText.iso(transaction.timeMs))") }
        if transaction.session != row.session { columns.append("session \(transaction.session)") }
        if transaction.cxid != row.cxid { columns.append("cxid \(transaction.cxid)") }
        if transaction.change.type != row.type {
            columns.append("type \(OperationName.text(transaction.change.type))")
        }
        if transaction.change.path != row.path {
            columns.append("path \(transaction.change.path.map { "\($0)" } ?? "none")")
        }
        return columns.isEmpty ? nil : "its body says " + columns.joined(separator: ", ")
    }
}

extension Transaction {
    /// Everything it does, a multi unfolded.
    package var steps: [Change] {
        if case .multi(let changes) = change { return changes }
        return [change]
    }

    /// Whether it was refused: alone, or as a multi of which one operation failed.
    package var isRefused: Bool { steps.contains { $0.isError } }
}

extension Change {
    /// The path that it is about, and the paths that end with a session.
    package var paths: [ZnodePath] {
        if case .closeSession(let paths) = self { return paths }
        return path.map { [$0] } ?? []
    }

    /// Bytes of data that it brings; nil for none, and for null.
    package var data: [UInt8]?? {
        switch self {
        case .create(let creation): .some(creation.data)
        case .setData(_, let data, _), .reconfig(_, let data, _): .some(data)
        default: .none
        }
    }
}

extension Transaction {
    /// ZooKeeper's op code, as it stands in the log.
    package var typeNumber: Int32 { change.type }
}
