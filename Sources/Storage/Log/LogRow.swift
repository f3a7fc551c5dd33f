package import NIOCore
package import Vocabulary

/// One transaction as the log keeps it: columns that people search by, and the bytes that were agreed on.
package struct LogRow: Sendable, Equatable {
    package var zxid: Zxid
    /// The leader's clock when it proposed, in milliseconds since 1970 UTC.
    package var timeMs: Int64
    package var session: SessionID
    package var cxid: Int32
    /// ZooKeeper's op code of the transaction; -1 for a refused request.
    package var type: Int32
    /// The one znode the transaction is about; nil for sessions, errors and multi.
    package var path: ZnodePath?
    /// The payload of the proposal, byte for byte: header, record, digest. Storage does not look inside.
    package var body: ByteBuffer

    package init(
        zxid: Zxid, timeMs: Int64, session: SessionID, cxid: Int32, type: Int32, path: ZnodePath?,
        body: ByteBuffer
    ) {
        self.zxid = zxid
        self.timeMs = timeMs
        self.session = session
        self.cxid = cxid
        self.type = type
        self.path = path
        self.body = body
    }
}

extension LogRow {
    /// Bytes that the row takes in the database file, within a few.
    package var approximateBytes: Int { 48 + (path?.bytes.count ?? 0) + body.readableBytes }

    /// The same of all of them.
    package static func approximateBytes(of rows: [LogRow]) -> Int {
        let rows = rows.span
        return rows.indices.reduce(0) { $0 + rows[$1].approximateBytes }
    }

    /// The chain with this row at its end.
    package func chained(to chain: RowChain) -> RowChain {
        body.readableBytesSpan.withUnsafeBytes { body in
            guard let path else {
                return chain.extended(
                    zxid: zxid, timeMs: timeMs, session: session.rawValue, cxid: cxid, type: type, path: nil,
                    body: body)
            }
            return path.bytes.withUnsafeBytes { path in
                chain.extended(
                    zxid: zxid, timeMs: timeMs, session: session.rawValue, cxid: cxid, type: type,
                    path: path, body: body)
            }
        }
    }
}

extension Zxid {
    /// The zxid that should follow `self` in a log, as far as that can be said: the next of its epoch.
    package var expectedNext: Zxid { Zxid(rawValue: rawValue &+ 1) }
}
