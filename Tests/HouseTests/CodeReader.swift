/// Reads the code of a Swift file: comments and the text of strings are left out, what is interpolated stays,
/// and lines stay lines.
struct CodeReader {
    private let bytes: [UInt8]
    private var position = 0
    private var code: [UInt8] = []

    static func lines(of text: String) -> [String] {
        var reader = CodeReader(bytes: Array(text.utf8))
        reader.readCode(isInterpolated: false)
        return String(decoding: reader.code, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false
        ).map(String.init)
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private func starts(with text: StaticString) -> Bool {
        text.withUTF8Buffer { position + $0.count <= bytes.count && bytes[position...].starts(with: $0) }
    }

    private mutating func skip(through text: StaticString) {
        while position < bytes.count, !starts(with: text) { passOver() }
        position += text.utf8CodeUnitCount
    }

    /// Leaves a byte out, unless it ends a line.
    private mutating func passOver() {
        if bytes[position] == UInt8(ascii: "\n") { code.append(bytes[position]) }
        position += 1
    }

    /// Copies code up to the end of the file, or up to the parenthesis that ends an interpolation.
    private mutating func readCode(isInterpolated: Bool) {
        var depth = 0
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "/") where starts(with: "//"):
                while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
                continue
            case UInt8(ascii: "#") where starts(with: "#/"):
                position += 2
                skip(through: "/#")
                continue
            case UInt8(ascii: "#") where starts(with: "#\""), UInt8(ascii: "\""):
                readString()
                continue
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"): depth -= 1
            default: break
            }
            if isInterpolated, depth < 0 { return }
            code.append(byte)
            position += 1
        }
    }

    private mutating func readString() {
        let isRaw = starts(with: "#")
        if isRaw { position += 1 }
        let isLong = starts(with: "\"\"\"")
        position += isLong ? 3 : 1
        code += "\"\"".utf8
        while position < bytes.count {
            if isRaw, starts(with: "\"#") {
                position += 2
                return
            } else if !isRaw, isLong ? starts(with: "\"\"\"") : starts(with: "\"") {
                position += isLong ? 3 : 1
                return
            } else if !isRaw, starts(with: "\\(") {
                position += 2
                code.append(UInt8(ascii: "("))
                readCode(isInterpolated: true)
            } else {
                if !isRaw, starts(with: "\\") { passOver() }
                if position < bytes.count { passOver() }
            }
        }
    }
}
