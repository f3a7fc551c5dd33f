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
        let cxid = rows.int64(3)
        let type = rows.int64(4)
        row = LogRow(
            zxid: Zxid(rawValue: rows.int64(0)), timeMs: rows.int64(1),
            session: SessionID(rawValue: rows.int64(2)), cxid: Int32(truncatingIfNeeded: cxid),
            type: Int32(truncatingIfNeeded: type),
            path: rows.isNull(5) ? nil : ZnodePath(Array(rows.bytes(5))),
            body: ByteBuffer(bytes: rows.bytes(6)))
        checksum = UInt64(bitPattern: rows.int64(7))
        isWellFormed =
            rows.isInteger(1) && rows.isInteger(2) && rows.isInteger(3) && rows.isInteger(4)
            && (rows.isNull(5) || rows.isText(5)) && rows.isBlob(6) && rows.isInteger(7)
            && Int64(row.cxid) == cxid && Int64(row.type) == type
    }
}
