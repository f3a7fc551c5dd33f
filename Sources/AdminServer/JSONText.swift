/// JSON as it grows, in the form of Apache's admin server: a blank on both sides of the colon, two blanks a
/// level, lists on one line, no newline at the end.
///
/// Written straight into bytes, however long the lists in it.
struct JSONText {
    private(set) var bytes: [UInt8] = []
    private var depth = 0
    private var isFirst = true

    mutating func object(_ members: (inout JSONText) -> Void) {
        write("{")
        depth += 1
        isFirst = true
        members(&self)
        depth -= 1
        if isFirst {
            write(" }")
        } else {
            newLine()
            write("}")
        }
        isFirst = false
    }

    mutating func list<Element>(
        _ elements: some Collection<Element>, _ writeElement: (inout JSONText, Element) -> Void
    ) {
        write("[")
        var isBehindAnother = false
        for element in elements {
            write(isBehindAnother ? ", " : " ")
            writeElement(&self, element)
            isBehindAnother = true
        }
        write(" ]")
    }

    mutating func key(_ name: String) {
        if !isFirst { write(",") }
        newLine()
        text(name)
        write(" : ")
        isFirst = false
    }

    /// As it stands: a number in its own spelling, `true`, `null`.
    mutating func plain(_ word: String) { write(word) }

    mutating func text(_ text: String) {
        write("\"")
        for byte in text.utf8 { escape(byte) }
        write("\"")
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): write("\\\"")
        case UInt8(ascii: "\\"): write("\\\\")
        case 0x08: write("\\b")
        case 0x09: write("\\t")
        case 0x0a: write("\\n")
        case 0x0c: write("\\f")
        case 0x0d: write("\\r")
        case 0..<0x20: write(byte < 0x10 ? "\\u000" : "\\u00", String(byte, radix: 16, uppercase: true))
        default: bytes.append(byte)
        }
    }

    private mutating func newLine() {
        write("\n", String(repeating: "  ", count: depth))
    }

    private mutating func write(_ texts: String...) {
        for text in texts { bytes.append(contentsOf: text.utf8) }
    }
}

extension JSONText {
    mutating func member(_ name: String, _ value: String) {
        key(name)
        text(value)
    }

    mutating func member(_ name: String, _ value: some BinaryInteger) {
        key(name)
        plain("\(value)")
    }

    mutating func member(_ name: String, _ value: Bool) {
        key(name)
        plain("\(value)")
    }
}
