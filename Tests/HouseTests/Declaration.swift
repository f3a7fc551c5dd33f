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
    /// Of a stored field: declared with `var`.
    let isVariable: Bool
    /// Part of a library, for programs that are not here.
    let isPublic: Bool
    /// Of a function.
    let parameters: [Parameter]
    /// The line in which its braces end, if it has any.
    fileprivate(set) var lastLine: Int

    /// What a file declares, by the words at the beginnings of its lines and by its braces: enough for code
    /// in the house's format.
    static func all(in code: [String], path: String) -> [Declaration] {
        var found: [Declaration] = []
        var scopes: [Scope] = []
        // What the next brace opens.
        var next = Scope(owner: nil, declarations: 0..<0)
        for (index, line) in code.enumerated() {
            if let owner = scopes.isEmpty ? "" : scopes[scopes.count - 1].owner,
                let start = DeclarationStart(line)
            {
                let name = start.isType && !owner.isEmpty ? "\(owner).\(start.name)" : start.name
                let first = found.count
                let parameters = start.kind == .function ? Parameter.all(in: code[index...]) : []
                found += start.names.map {
                    Declaration(
                        kind: start.kind, name: $0, owner: owner, path: path, line: index + 1,
                        isVariable: start.isVariable, isPublic: start.isPublic, parameters: parameters,
                        lastLine: index + 1)
                }
                next = Scope(owner: start.isType ? name : nil, declarations: first..<found.count)
            }
            for byte in line.utf8 {
                if byte == UInt8(ascii: "{") {
                    scopes.append(next)
                    next = Scope(owner: nil, declarations: 0..<0)
                }
                if byte == UInt8(ascii: "}"), let scope = scopes.popLast() {
                    for declaration in scope.declarations { found[declaration].lastLine = index + 1 }
                }
            }
        }
        return found.filter { !$0.name.isEmpty }
    }

    /// A type's without those around it.
    var simpleName: String { name.split(separator: ".").last.map(String.init) ?? name }

    /// Between two braces.
    private struct Scope {
        /// The type whose members stand in it; nil for a body, where nothing counts.
        let owner: String?
        /// What it is the body of.
        let declarations: Range<Int>
    }
}

/// The beginning of a line that declares something.
private struct DeclarationStart {
    let kind: Declaration.Kind
    let name: String
    /// Of a `case` there may be several; an extension declares none.
    var names: [String]
    var isType = false
    var isVariable = false
    var isPublic = false

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
            if word == "public" { isPublic = true }
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
            isVariable = keyword == "var"
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
