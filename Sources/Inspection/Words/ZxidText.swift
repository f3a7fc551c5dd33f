package import Vocabulary

/// A zxid as somebody wrote it down: in any form that ZooKeeper's tools and files have.
///
/// `0x1000000ab`, `4294967467`, `1000000ab`, `log.1000000ab`, `snapshot.1000000ab`,
/// `snapshot-00000001000000ab.db`, `1:171`, `1,171` and `(1, 171)`. A number without letters and without `0x`
/// is decimal, unless a file's name stands before it.
package struct ZxidText: Equatable, Sendable {
    package let zxid: Zxid
    /// The zxid that it would be in base 16, where it was read as decimal and could be either.
    package let asHex: Zxid?

    package init?(_ text: String) {
        var text = text[...].trimmed
        if text.hasPrefix("("), text.hasSuffix(")") { text = text.dropFirst().dropLast().trimmed }
        if let pair = ZxidText.pair(text) {
            self.init(pair)
        } else if let digits = ZxidText.fileDigits(text) {
            guard let zxid = ZxidText.hex(digits) else { return nil }
            self.init(zxid)
        } else if text.hasPrefix("0x") || text.hasPrefix("0X") {
            guard let zxid = ZxidText.hex(text.dropFirst(2)) else { return nil }
            self.init(zxid)
        } else if let decimal = Int64(text), !text.hasPrefix("+") {
            let other = ZxidText.hex(text)
            self.init(Zxid(rawValue: decimal), asHex: decimal < 10 ? nil : other)
        } else if let zxid = ZxidText.hex(text) {
            self.init(zxid)
        } else {
            return nil
        }
    }

    private init(_ zxid: Zxid, asHex: Zxid? = nil) {
        self.zxid = zxid
        self.asHex = asHex
    }

    /// `epoch:counter`, either in decimal or with `0x`.
    private static func pair(_ text: Substring) -> Zxid? {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == "," }
        guard parts.count == 2, let epoch = number(parts[0].trimmed), let counter = number(parts[1].trimmed),
            let epoch = Int32(exactly: epoch), let counter = UInt32(exactly: counter)
        else { return nil }
        return Zxid(epoch: Epoch(rawValue: epoch), counter: counter)
    }

    private static func number(_ text: Substring) -> Int64? {
        text.hasPrefix("0x") ? Int64(text.dropFirst(2), radix: 16) : Int64(text)
    }

    /// The digits that stand for the zxid in a file's name, whatever folder stands before it.
    private static func fileDigits(_ text: Substring) -> Substring? {
        let name = text.split(separator: "/").last ?? text
        for prefix in ["log.", "snapshot.", "snapshot-"] where name.hasPrefix(prefix) {
            var digits = name.dropFirst(prefix.count)
            if let cut = digits.firstIndex(of: ".") { digits = digits[..<cut] }
            return digits.isEmpty || digits == "db" ? nil : digits
        }
        return nil
    }

    private static func hex(_ digits: Substring) -> Zxid? {
        guard !digits.isEmpty, digits.utf8.count <= 16, let bits = UInt64(digits, radix: 16),
            !digits.hasPrefix("+")
        else { return nil }
        return Zxid(rawValue: Int64(bitPattern: bits))
    }
}

extension Substring {
    var trimmed: Substring {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
