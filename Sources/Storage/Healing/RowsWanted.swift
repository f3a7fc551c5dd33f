package import NIOCore
package import Vocabulary

/// The rows that a node asks another one for, because its own are damaged: those that follow a link of its
/// chain.
///
/// ```
/// 28 bytes, big-endian: zxid 8 · log checksum there 8 · last zxid wanted 8 · bytes 4
/// ```
package struct RowsWanted: Equatable, Sendable {
    /// The last row that is sound here: who answers must have the same one.
    package let after: RowChain
    package let through: Zxid
    /// Bytes of an answer, about; one row comes however large it is.
    package let bytesMax: Int

    package init(after: RowChain, through: Zxid, bytesMax: Int) {
        self.after = after
        self.through = through
        self.bytesMax = bytesMax
    }

    package init?(decoding bytes: ByteBuffer) {
        var bytes = bytes
        guard
            let (zxid, checksum, through, count) = bytes.readMultipleIntegers(
                as: (Int64, UInt64, Int64, Int32).self), bytes.readableBytes == 0, count > 0
        else { return nil }
        self.init(
            after: RowChain(zxid: Zxid(rawValue: zxid), checksum: checksum), through: Zxid(rawValue: through),
            bytesMax: min(Int(count), RowsWanted.bytesMaxMax))
    }

    package var encoded: ByteBuffer {
        var bytes = ByteBuffer()
        bytes.writeMultipleIntegers(
            after.zxid.rawValue, after.checksum, through.rawValue, Int32(clamping: bytesMax))
        return bytes
    }

    /// However much is asked for.
    private static let bytesMaxMax = 256 << 10
}

/// The answer of a node that is asked for rows of its log.
///
/// ```
/// kind 4 (0: rows, else why there are none) · rows, each:
///   zxid 8 · time 8 · session 8 · cxid 4 · type 4 · path bytes 4 (-1: none) · path · body bytes 4 · body
/// ```
package enum RowsAnswer: Equatable, Sendable {
    /// Sound ones, without a gap; never empty.
    case rows([LogRow])
    case nothing(NoRows)

    package var encoded: ByteBuffer {
        var bytes = ByteBuffer()
        switch self {
        case .nothing(let reason): bytes.writeInteger(reason.rawValue)
        case .rows(let rows):
            bytes.writeInteger(Int32(0))
            for row in rows { row.encode(into: &bytes) }
        }
        return bytes
    }

    package init?(decoding bytes: ByteBuffer) {
        var bytes = bytes
        guard let kind: Int32 = bytes.readInteger() else { return nil }
        guard kind == 0 else {
            guard let reason = NoRows(rawValue: kind) else { return nil }
            self = .nothing(reason)
            return
        }
        var rows: [LogRow] = []
        while bytes.readableBytes > 0 {
            guard let row = LogRow(decoding: &bytes) else { return nil }
            rows.append(row)
        }
        guard !rows.isEmpty else { return nil }
        self = .rows(rows)
    }
}

/// Why a node has none of the rows that it was asked for.
package enum NoRows: Int32, Sendable {
    /// The log begins later there.
    case trimmed = 1
    /// Another row stands there where the asked-for ones begin.
    case otherHistory = 2
    /// The log ends there, or before.
    case endsBefore = 3
    /// The rows are damaged there, too.
    case damaged = 4

    /// Continues "server 2".
    package var words: String {
        switch self {
        case .trimmed: "has a snapshot in their place"
        case .otherHistory: "has another history there"
        case .endsBefore: "never got them"
        case .damaged: "has them damaged, too"
        }
    }
}

extension LogRow {
    fileprivate func encode(into bytes: inout ByteBuffer) {
        bytes.writeMultipleIntegers(zxid.rawValue, timeMs, session.rawValue, cxid, type)
        if let path {
            bytes.writeInteger(Int32(path.bytes.count))
            bytes.writeBytes(path.bytes)
        } else {
            bytes.writeInteger(Int32(-1))
        }
        bytes.writeInteger(Int32(body.readableBytes))
        bytes.writeImmutableBuffer(body)
    }

    fileprivate init?(decoding bytes: inout ByteBuffer) {
        guard
            let (zxid, timeMs, session, cxid, type, pathCount) = bytes.readMultipleIntegers(
                as: (Int64, Int64, Int64, Int32, Int32, Int32).self)
        else { return nil }
        var path: ZnodePath?
        if pathCount >= 0 {
            guard let text = bytes.readBytes(length: Int(pathCount)) else { return nil }
            path = ZnodePath(text)
        }
        guard let bodyCount: Int32 = bytes.readInteger(), bodyCount >= 0,
            let body = bytes.readSlice(length: Int(bodyCount))
        else { return nil }
        self.init(
            zxid: Zxid(rawValue: zxid), timeMs: timeMs, session: SessionID(rawValue: session), cxid: cxid,
            type: type, path: path, body: body)
    }
}
