internal import NIOCore
internal import Vocabulary

/// A row as it lies in the file, before anything of it is believed.
///
/// The server's reader and those of folders from outside take rows by this alone, so that they agree on what
/// a damaged one is.
package struct RawRow {
    package let row: LogRow
    /// The chain's checksum as it stands in the row.
    package let checksum: UInt64
    /// Whether each column has the type, and each number the range, that it was written with.
    ///
    /// Damage can turn a number into text that reads as the same number, or into a longer one.
    package let isWellFormed: Bool

    /// The columns that a statement must select, in this order.
    package static let columns = "zxid, time_ms, session, cxid, type, path, body, checksum"

    /// Takes the statement's current row.
    package init(_ rows: borrowing Statement) {
        let (timeMs, session) = (rows.number(1), rows.number(2))
        let (cxid, type) = (rows.number(3), rows.number(4))
        let (path, body) = (rows.content(5), rows.content(6))
        let checksum = rows.number(7)
        row = LogRow(
            zxid: Zxid(rawValue: rows.int64(0)), timeMs: timeMs.value,
            session: SessionID(rawValue: session.value), cxid: Int32(truncatingIfNeeded: cxid.value),
            type: Int32(truncatingIfNeeded: type.value),
            path: path.isNull ? nil : ZnodePath(Array(path.bytes)), body: ByteBuffer(bytes: body.bytes))
        self.checksum = UInt64(bitPattern: checksum.value)
        isWellFormed =
            timeMs.isInteger && session.isInteger && cxid.isInteger && type.isInteger
            && (path.isNull || path.isText) && body.isBlob && checksum.isInteger
            && Int64(row.cxid) == cxid.value && Int64(row.type) == type.value
    }
}
