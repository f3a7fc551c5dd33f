import NIOCore
import Storage
import Vocabulary

/// Rows that a test can tell apart, made from their position alone.
enum Sample {
    static func row(_ zxid: Zxid, bodyBytes: Int = 100) -> LogRow {
        let number = zxid.rawValue
        var body = ByteBuffer()
        body.reserveCapacity(bodyBytes)
        var word = UInt64(bitPattern: number) &* 0x9E37_79B9_7F4A_7C15
        for _ in 0..<(bodyBytes / 8) {
            body.writeInteger(word)
            word = word &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        }
        body.writeRepeatingByte(UInt8(truncatingIfNeeded: word), count: bodyBytes % 8)
        let hasPath = zxid.counter % 5 != 0
        return LogRow(
            zxid: zxid, timeMs: 1_700_000_000_000 + Int64(zxid.counter),
            session: SessionID(rawValue: number &* 7),
            cxid: Int32(truncatingIfNeeded: number), type: hasPath ? 1 : -10,
            path: hasPath ? ZnodePath("/app/service/node-\(zxid.counter)") : nil, body: body)
    }

    /// `count` rows that follow `zxid` in its epoch.
    static func rows(after zxid: Zxid, count: Int, bodyBytes: Int = 100) -> [LogRow] {
        var rows: [LogRow] = []
        rows.reserveCapacity(count)
        var last = zxid
        for _ in 0..<count {
            last = last.next
            rows.append(row(last, bodyBytes: bodyBytes))
        }
        return rows
    }
}

extension LogStore {
    /// Everything in the log, checked.
    mutating func everything() throws -> [LogRow] {
        var rows: [LogRow] = []
        try replay(after: .zero) { rows.append($0) }
        return rows
    }
}
