/// One `key=value` of a Java properties file, unescaped, with the line on which it began.
package struct Property: Equatable, Sendable {
    package let key: String
    package let value: String
    package let line: Int

    /// A `\u` that no four hexadecimal digits follow.
    package struct BrokenEscape: Error {
        package let line: Int
    }
}

extension Property {
    /// Reads a whole properties file, in the file's order, duplicates included.
    ///
    /// The syntax is that of `java.util.Properties.load`: `=`, `:` or a blank between key and value, comments
    /// by `#` and `!`, escapes, and lines continued by a backslash. Text that is UTF-8 is taken as such,
    /// anything else as the Latin-1 that Java would assume.
    ///
    /// - Throws: For a broken `\uXXXX`, the only thing the syntax forbids.
    package static func all(in bytes: [UInt8]) throws(BrokenEscape) -> [Property] {
        var lines = LogicalLines(bytes)
        var properties: [Property] = []
        while let (text, line) = lines.next() {
            var reader = PropertyReader(text: text, line: line)
            properties.append(try reader.read())
        }
        return properties
    }
}

/// Joins continued lines and skips blank ones and comments; escapes stay as they are.
private struct LogicalLines {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func next() -> (text: [UInt8], line: Int)? {
        while var text = natural() {
            let first = line
            guard let start = text.first, start != UInt8(ascii: "#"), start != UInt8(ascii: "!") else {
                continue
            }
            // A backslash alone continues nothing: what follows is a line like any other, comments included.
            if text == [.backslash], position < bytes.count { continue }
            while LogicalLines.isContinued(text) {
                text.removeLast()
                guard let more = natural() else { break }
                text += more
            }
            return (text, first)
        }
        return nil
    }

    /// The next line of the file without its end and its leading blanks; nil at the end.
    private mutating func natural() -> [UInt8]? {
        guard position < bytes.count else { return nil }
        let rest = bytes[position...]
        let end = rest.firstIndex { $0 == .newline || $0 == .carriageReturn } ?? bytes.count
        position = end + 1
        if end + 1 < bytes.count, bytes[end] == .carriageReturn, bytes[end + 1] == .newline { position += 1 }
        line += 1
        return Array(bytes[rest.startIndex..<end].drop(while: \.isPropertyBlank))
    }

    /// A line goes on when it ends in a backslash that is not itself escaped.
    private static func isContinued(_ text: [UInt8]) -> Bool {
        text.reversed().prefix { $0 == .backslash }.count % 2 == 1
    }
}

/// Splits one logical line into key and value.
private struct PropertyReader {
    let text: [UInt8]
    let line: Int
    private var position = 0

    init(text: [UInt8], line: Int) {
        self.text = text
        self.line = line
    }

    mutating func read() throws(Property.BrokenEscape) -> Property {
        let key = try unescape { $0.isPropertySeparator || $0.isPropertyBlank }
        skipBlanks()
        if position < text.count, text[position].isPropertySeparator { position += 1 }
        skipBlanks()
        let value = try unescape { _ in false }
        return Property(key: key.propertyText, value: value.propertyText, line: line)
    }

    private mutating func skipBlanks() {
        while position < text.count, text[position].isPropertyBlank { position += 1 }
    }

    private mutating func unescape(until ends: (UInt8) -> Bool) throws(Property.BrokenEscape) -> [UInt8] {
        var plain: [UInt8] = []
        while position < text.count, !ends(text[position]) {
            let byte = text[position]
            position += 1
            guard byte == .backslash else {
                plain.append(byte)
                continue
            }
            guard position < text.count else { break }
            let escaped = text[position]
            position += 1
            switch escaped {
            case UInt8(ascii: "t"): plain.append(0x09)
            case UInt8(ascii: "n"): plain.append(.newline)
            case UInt8(ascii: "f"): plain.append(0x0c)
            case UInt8(ascii: "r"): plain.append(.carriageReturn)
            case UInt8(ascii: "u"): plain += Array(String(try character()).utf8)
            default: plain.append(escaped)
            }
        }
        return plain
    }

    /// The character of `\uXXXX`, whose `\u` has been read; two surrogates in a row make one character.
    private mutating func character() throws(Property.BrokenEscape) -> Character {
        let high = try codeUnit()
        if let scalar = Unicode.Scalar(high) { return Character(scalar) }
        if high < 0xdc00, text[position...].starts(with: [.backslash, UInt8(ascii: "u")]) {
            position += 2
            let low = try codeUnit()
            if (0xdc00..<0xe000).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (high - 0xd800) << 10 + (low - 0xdc00))
            {
                return Character(scalar)
            }
        }
        return "\u{fffd}"
    }

    private mutating func codeUnit() throws(Property.BrokenEscape) -> UInt32 {
        let digits = text[position...].prefix(4)
        guard digits.count == 4, digits.allSatisfy(\.isHexDigit),
            let unit = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else {
            throw Property.BrokenEscape(line: line)
        }
        position += 4
        return unit
    }
}

extension UInt8 {
    fileprivate static let newline = UInt8(ascii: "\n")
    fileprivate static let carriageReturn = UInt8(ascii: "\r")
    fileprivate static let backslash = UInt8(ascii: "\\")

    fileprivate var isPropertyBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0c }
    fileprivate var isHexDigit: Bool { Unicode.Scalar(self).properties.isASCIIHexDigit }
    fileprivate var isPropertySeparator: Bool { self == UInt8(ascii: "=") || self == UInt8(ascii: ":") }
}

extension [UInt8] {
    fileprivate var propertyText: String {
        String(validating: self, as: UTF8.self) ?? String(map { Character(Unicode.Scalar($0)) })
    }
}
