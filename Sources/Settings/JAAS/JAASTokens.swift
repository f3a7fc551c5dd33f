/// The words and signs of a JAAS file, as Java's `StreamTokenizer` takes them apart (security 4.1).
struct JAASTokens {
    enum Token: Equatable {
        /// In quotes or not, which makes no difference.
        case word(String)
        /// `{`, `}`, `=`, `;`, and whatever has no place in such a file.
        case sign(Unicode.Scalar)
        /// A string without its closing quote.
        case openString
        case end
    }

    private let text: [Unicode.Scalar]
    private var place = 0
    private(set) var line = 1

    init(_ bytes: [UInt8]) { text = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars) }

    mutating func next() -> Token {
        while let scalar = peek() {
            switch scalar {
            case "/": skipComment()
            case "\"": return string()
            case _ where scalar.value <= 0x20: advance()
            case _ where JAASTokens.isOfWord(scalar) && !JAASTokens.isOfNumber(scalar): return word()
            default:
                advance()
                return .sign(scalar)
            }
        }
        return .end
    }

    private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        place + offset < text.count ? text[place + offset] : nil
    }

    private mutating func advance() {
        if text[place] == "\n" { line += 1 }
        place += 1
    }

    private mutating func word() -> Token {
        let start = place
        while let scalar = peek(), JAASTokens.isOfWord(scalar) { place += 1 }
        return .word(JAASTokens.string(text[start..<place]))
    }

    /// From `/*` to `*/`, or from any `/`, even a single one, to the end of the line.
    private mutating func skipComment() {
        guard peek(1) == "*" else {
            while let scalar = peek(), scalar != "\n", scalar != "\r" { place += 1 }
            return
        }
        place += 2
        while place < text.count, !(peek() == "*" && peek(1) == "/") { advance() }
        place = min(place + 2, text.count)
    }

    private mutating func string() -> Token {
        place += 1
        var content: [Unicode.Scalar] = []
        while let scalar = peek(), scalar != "\n", scalar != "\r" {
            place += 1
            switch scalar {
            case "\"": return .word(JAASTokens.string(content[...]))
            case "\\":
                guard let escaped = escape() else { return .openString }
                content.append(escaped)
            default: content.append(scalar)
            }
        }
        return .openString
    }

    /// The sign behind a backslash: a letter's control character, up to three octal digits, or itself.
    private mutating func escape() -> Unicode.Scalar? {
        guard let first = peek() else { return nil }
        guard ("0"..."7").contains(first) else {
            advance()
            return JAASTokens.controls[first] ?? first
        }
        let digitsMax = first <= "3" ? 3 : 2
        var value: UInt32 = 0
        for _ in 0..<digitsMax {
            guard let digit = peek(), ("0"..."7").contains(digit) else { break }
            value = value * 8 + digit.value - 0x30
            place += 1
        }
        return Unicode.Scalar(value)
    }

    private static let controls: [Unicode.Scalar: Unicode.Scalar] = [
        "a": "\u{7}", "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{B}",
    ]

    private static func isOfNumber(_ scalar: Unicode.Scalar) -> Bool {
        ("0"..."9").contains(scalar) || scalar == "." || scalar == "-"
    }

    private static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || isOfNumber(scalar)
            || scalar == "_" || scalar == "$" || scalar == "*" || scalar.value >= 0xA0
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }
}
