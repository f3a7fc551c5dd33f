/// The text in a quota's two znodes: `count=2,bytes=5`, with more keys behind a stray `=` that keeps old
/// parsers content (client protocol 10.1).
///
/// Read leniently: what is no number counts as not given.
struct QuotaText: Equatable {
    private var values: [String: Int64] = [:]

    init(count: Int64, bytes: Int64) {
        self.count = count
        self.bytes = bytes
    }

    init(_ text: [UInt8]) {
        for part in text.split(whereSeparator: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ";") }) {
            let pair = part.split(
                separator: UInt8(ascii: "="), maxSplits: 2, omittingEmptySubsequences: false)
            guard pair.count >= 2, let value = Int64(String(decoding: pair[1], as: UTF8.self)) else {
                continue
            }
            values[String(decoding: pair[0], as: UTF8.self)] = value
        }
    }

    /// -1: no limit.
    var count: Int64 {
        get { values["count"] ?? -1 }
        set { values["count"] = newValue }
    }
    var bytes: Int64 {
        get { values["bytes"] ?? -1 }
        set { values["bytes"] = newValue }
    }
    var countHardLimit: Int64 { values["countHardLimit"] ?? -1 }
    var byteHardLimit: Int64 { values["byteHardLimit"] ?? -1 }

    var text: [UInt8] {
        let rest = values.filter { $0.key != "count" && $0.key != "bytes" }.sorted { $0.key < $1.key }
        let more = rest.isEmpty ? "" : "=" + rest.map { ";\($0.key)=\($0.value)" }.joined()
        return Array("count=\(count),bytes=\(bytes)\(more)".utf8)
    }
}
