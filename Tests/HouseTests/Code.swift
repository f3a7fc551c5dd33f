/// The checkout's Swift without comments and strings, what its sources declare, and how often each name
/// stands in it.
struct Code {
    /// By path from the root of the repository.
    private(set) var lines: [String: [String]] = [:]
    /// Of `Sources` alone.
    private(set) var declarations: [Declaration] = []
    /// How often each identifier occurs, in `Sources` and `Tests`.
    private(set) var uses: [String: Int] = [:]
    /// The same in `Sources` alone.
    private(set) var usesInSources: [String: Int] = [:]

    struct Line {
        let path: String
        let number: Int
        /// The function it stands in, or the last one above it.
        let function: String
        let text: String
    }

    static let current = Code()

    private init() {
        for file in Repository.current.swift {
            let code = CodeReader.lines(of: file.lines.joined(separator: "\n"))
            lines[file.path] = code
            let isSource = file.path.hasPrefix("Sources/")
            for name in code.flatMap(Code.identifiers(of:)) {
                uses[name, default: 0] += 1
                if isSource { usesInSources[name, default: 0] += 1 }
            }
            guard isSource else { continue }
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
    func lines(below folder: String) -> [Line] {
        lines.filter { $0.key.hasPrefix(folder) }.sorted { $0.key < $1.key }.flatMap { path, lines in
            var function = ""
            return lines.enumerated().map { index, text in
                let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }
                if let index = words.firstIndex(of: "func"), index + 1 < words.count {
                    function = String(words[index + 1])
                } else if words.contains("init"), text.contains("init("), !text.contains(".init(") {
                    function = "init"
                }
                return Line(path: path, number: index + 1, function: function, text: text)
            }
        }
    }

    /// What is assigned to, passed to be changed, called on or given to an initializer by its name anywhere
    /// in `Sources`.
    var namesSet: Set<String> {
        var found: Set<String> = []
        for (path, lines) in lines where path.hasPrefix("Sources/") {
            for line in lines {
                let bytes = Array(line.utf8)
                var start = 0
                for index in 0...bytes.count where index == bytes.count || !Code.isPartOfName(bytes[index]) {
                    if start < index, Code.changes(bytes, start..<index) {
                        found.insert(String(decoding: bytes[start..<index], as: UTF8.self))
                    }
                    start = index + 1
                }
            }
        }
        return found
    }

    /// By what stands before and behind a name.
    private static func changes(_ bytes: [UInt8], _ name: Range<Int>) -> Bool {
        let before = bytes[..<name.lowerBound].reversed().prefix {
            isPartOfName($0) || $0 == UInt8(ascii: ".")
        }
        let behind = bytes[name.upperBound...]
        if bytes[..<(name.lowerBound - before.count)].last == UInt8(ascii: "&") { return true }
        let declares = bytes[..<name.lowerBound].reversed().prefix { $0 != UInt8(ascii: ",") }
        if declares.starts(with: " rav".utf8) || declares.starts(with: " tel".utf8) { return false }
        if ":.[?!".utf8.contains(behind.first ?? 0) { return true }
        let rest = behind.drop { $0 == UInt8(ascii: " ") }
        let sign = rest.prefix { "=+-*/|&^<>!%~".utf8.contains($0) }
        return sign.last == UInt8(ascii: "=")
            && !["==", "!=", "<=", ">=", "===", "!==", "~="].contains { sign.elementsEqual($0.utf8) }
    }
}
