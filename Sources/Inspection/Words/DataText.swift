internal import Printing

/// A znode's data as a reader wants it.
package enum DataText: String, CaseIterable, Sendable {
    /// As text where it is text, else as hex; cut when it is long.
    case text
    case hex
    /// Only how much there is.
    case length

    /// Bytes shown of longer data.
    package static let bytesShown = 64

    /// On one line. nil data is null, which is not the same as no bytes.
    package func describe(_ data: [UInt8]?, isWhole: Bool = false) -> String {
        guard let data else { return "null" }
        let shown = isWhole ? data[...] : data.prefix(DataText.bytesShown)
        let rest = data.count > shown.count ? "… (\(data.count.bytesText))" : ""
        switch self {
        case .length: return data.count.bytesText
        case .hex: return DataText.hex(shown) + rest
        case .text:
            guard let text = DataText.printable(shown) else { return "0x" + DataText.hex(shown) + rest }
            return "\"\(text)\"" + rest
        }
    }

    /// `0a1b…`
    package static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The text, line ends and tabs written out; nil where it is none. A character that is cut off at the
    /// end is left out.
    package static func printable(_ bytes: ArraySlice<UInt8>, isQuoted: Bool = true) -> String? {
        var bytes = bytes
        var cut = 0
        while String(validating: bytes, as: UTF8.self) == nil, cut < 3, !bytes.isEmpty {
            bytes = bytes.dropLast()
            cut += 1
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var shown = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": shown += "\\n"
            case "\r": shown += "\\r"
            case "\t": shown += "\\t"
            case "\"" where isQuoted: shown += "\\\""
            case "\\" where isQuoted: shown += "\\\\"
            default:
                if scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) { return nil }
                if ScreenText.isSafe(scalar) {
                    shown.unicodeScalars.append(scalar)
                } else {
                    shown += ScreenText.escape(scalar)
                }
            }
        }
        return shown
    }
}
