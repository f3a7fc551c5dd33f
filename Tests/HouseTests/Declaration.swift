/// Something that a type, or a file, declares by name. What stands inside functions is not looked at.
struct Declaration {
    enum Kind: Equatable {
        case type
        case function
        case storedField
        /// Computed, or of the type itself.
        case otherField
        case enumCase
    }

    let kind: Kind
    let name: String
    /// The type around it, by its full name; empty for a file's own.
    let owner: String
    /// From the root of the repository, with the line.
    let path: String
    let line: Int

    /// What a file declares, by the words at the beginnings of its lines and by its braces: enough for code
    /// in the house's format.
    static func all(in code: [String], path: String) -> [Declaration] {
        var found: [Declaration] = []
        // nil: a body, where nothing counts.
        var scopes: [String?] = []
        var opened: String?
        for (index, line) in code.enumerated() {
            if let owner = scopes.last ?? "", let start = DeclarationStart(line) {
                let name = start.isType && !owner.isEmpty ? "\(owner).\(start.name)" : start.name
                if start.isType { opened = name }
                found += start.names.map {
                    Declaration(kind: start.kind, name: $0, owner: owner, path: path, line: index + 1)
                }
            }
            for byte in line.utf8 {
                if byte == UInt8(ascii: "{") {
                    scopes.append(opened)
                    opened = nil
                }
                if byte == UInt8(ascii: "}"), !scopes.isEmpty { scopes.removeLast() }
            }
        }
        return found.filter { !$0.name.isEmpty }
    }
}

/// The beginning of a line that declares something.
private struct DeclarationStart {
    let kind: Declaration.Kind
    let name: String
    /// Of a `case` there may be several; an extension declares none.
    var names: [String]
    var isType = false

    private static let modifiers: Set<String> = [
        "package", "private", "fileprivate", "public", "internal", "open", "final", "indirect", "static",
        "class", "mutating", "nonmutating", "consuming", "borrowing", "lazy", "weak", "unowned", "override",
        "nonisolated", "nonisolated(unsafe)", "unowned(unsafe)", "convenience", "required",
        "private(set)", "package(set)", "internal(set)", "fileprivate(set)", "prefix", "static",
    ]

    init?(_ line: String) {
        var rest = Substring(line).drop { $0 == " " }
        var isStatic = false
        while true {
            if rest.hasPrefix("@") {
                rest = DeclarationStart.afterAttribute(rest)
                continue
            }
            let word = rest.prefix { $0 != " " }
            let next = rest.dropFirst(word.count).drop { $0 == " " }
            // `class` is a modifier where another word of a declaration follows it.
            let isClass = word == "class" && !["func", "var"].contains(next.prefix { $0 != " " })
            guard DeclarationStart.modifiers.contains(String(word)), !isClass else { break }
            if word == "static" { isStatic = true }
            rest = next
        }
        let keyword = rest.prefix { $0.isLetter }
        let after = rest.dropFirst(keyword.count)
        let body = after.drop { $0 == " " }
        let name = String(body.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." })
        self.name = name
        names = [name]
        switch keyword {
        case "struct", "class", "enum", "actor", "protocol":
            kind = .type
            isType = true
        case "extension":
            kind = .type
            isType = true
            names = []
        case "func": kind = .function
        case "init":
            kind = .function
            names = ["init"]
        case "typealias": kind = .type
        case "let", "var":
            kind = isStatic || DeclarationStart.isComputed(body) ? .otherField : .storedField
        case "case":
            kind = .enumCase
            names = DeclarationStart.cases(body)
        default: return nil
        }
    }

    private static func afterAttribute(_ text: Substring) -> Substring {
        var rest = text.dropFirst().drop { $0.isLetter || $0 == "_" }
        if rest.first == "(" {
            var depth = 0
            while let character = rest.first {
                rest = rest.dropFirst()
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
                if depth == 0 { break }
            }
        }
        return rest.drop { $0 == " " }
    }

    private static func isComputed(_ body: Substring) -> Bool {
        guard let brace = body.firstIndex(of: "{") else { return false }
        if let equals = body.firstIndex(of: "="), equals < brace { return false }
        return !body[brace...].contains("didSet")
    }

    /// `a, b(Int, String), c = 1` are a, b and c.
    private static func cases(_ body: Substring) -> [String] {
        var names = [""]
        var depth = 0
        for character in body {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if depth == 0, character == "," { names.append("") }
            if depth == 0, character != "," { names[names.count - 1].append(character) }
        }
        return names.map { name in
            String(name.drop { $0 == " " || $0 == "`" }.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
        }
    }
}
