/// The checkout's Swift without comments and strings, what its sources declare, and how often each name
/// stands in it.
struct Code {
    /// By path from the root of the repository.
    private(set) var lines: [String: [String]] = [:]
    /// Of `Sources` alone.
    private(set) var declarations: [Declaration] = []
    /// How often each identifier occurs, in `Sources` and `Tests`.
    private(set) var uses: [String: Int] = [:]

    static let current = Code()

    private init() {
        for file in Repository.current.swift {
            let code = CodeReader.lines(of: file.lines.joined(separator: "\n"))
            lines[file.path] = code
            for line in code { for name in Code.identifiers(of: line) { uses[name, default: 0] += 1 } }
            guard file.path.hasPrefix("Sources/") else { continue }
            declarations += Declaration.all(in: code, path: file.path)
        }
    }

    static func identifiers(of line: String) -> [String] {
        line.utf8.split { !Code.isPartOfName($0) }.map { String($0) ?? "" }
    }

    static func isPartOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...: true
        default: false
        }
    }

    /// The lines of all files whose paths begin with `folder`, with the function that each stands in.
    func lines(below folder: String) -> [(path: String, number: Int, function: String, text: String)] {
        lines.filter { $0.key.hasPrefix(folder) }.sorted { $0.key < $1.key }.flatMap { path, lines in
            var function = ""
            return lines.enumerated().map { index, text in
                let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }
                if let index = words.firstIndex(of: "func"), index + 1 < words.count {
                    function = String(words[index + 1])
                } else if words.contains("init"), text.contains("init("), !text.contains(".init(") {
                    function = "init"
                }
                return (path, index + 1, function, text)
            }
        }
    }

    /// What is called in a line without naming what it is called on, or on `self`.
    static func calls(in line: String) -> [String] {
        let bytes = Array(line.utf8)
        var names: [String] = []
        var start = 0
        for index in bytes.indices {
            if Code.isPartOfName(bytes[index]) { continue }
            if bytes[index] == UInt8(ascii: "("), start < index {
                let before = String(decoding: bytes[..<start], as: UTF8.self)
                if !before.hasSuffix(".") && !before.hasSuffix("func ") || before.hasSuffix("self.") {
                    names.append(String(decoding: bytes[start..<index], as: UTF8.self))
                }
            }
            start = index + 1
        }
        return names
    }
}
