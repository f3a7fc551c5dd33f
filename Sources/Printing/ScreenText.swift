/// Text that strangers chose, made safe for terminals and for lines.
///
/// Characters that would end a line, move the cursor, turn the direction of writing, or not be seen at all
/// are written out: `\n`, `\u{202e}`, and `\xff` for bytes that are no UTF-8. All other text stays byte for
/// byte; a backslash does too, so it cannot be read back without doubt where somebody writes such names
/// himself.
package enum ScreenText {
    package static func safe(_ text: String) -> String {
        if text.utf8.allSatisfy(isPlain) { return text }
        return safe(Array(text.utf8))
    }

    /// The same for text of several lines, which stay apart.
    package static func safeLines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { safe(String($0)) }
            .joined(separator: "\n")
    }

    /// Makes text safe as it came over the wire.
    package static func safe(_ bytes: [UInt8]) -> String {
        var safe: [UInt8] = []
        append(bytes, to: &safe)
        return String(decoding: safe, as: UTF8.self)
    }

    /// Appends what is safe of `bytes`.
    package static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
        // What nearly all names are costs a look at each byte and one copy.
        if bytes.allSatisfy(isPlain) { return text.append(contentsOf: bytes) }
        var iterator = bytes.makeIterator()
        var parser = Unicode.UTF8.ForwardParser()
        var position = 0
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded):
                let scalar = Unicode.UTF8.decode(encoded)
                if isSafe(scalar) {
                    text.append(contentsOf: encoded)
                } else {
                    text.append(contentsOf: escape(scalar).utf8)
                }
                position += encoded.count
            case .error(let count):
                for byte in bytes[position..<position + count] {
                    text.append(contentsOf: "\\x\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
                }
                position += count
            case .emptyInput: return
            }
        }
    }

    /// Whether a terminal shows it as what it is, in its place.
    package static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x7f { return scalar.value >= 0x20 }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return false
        default: return !scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    /// How what is not safe is written.
    package static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: "\\u{\(String(scalar.value, radix: 16))}"
        }
    }

    @inline(__always)
    private static func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte < 0x7f }
}
