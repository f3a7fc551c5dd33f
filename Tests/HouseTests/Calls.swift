/// A parameter of a function, as a call names it.
struct Parameter: Equatable {
    /// `_` where a call names none.
    let label: String
    /// A call may leave it out.
    let isOptional: Bool

    /// Those of the function that is declared in the first of `lines`.
    static func all(in lines: ArraySlice<String>) -> [Parameter] {
        let text = lines.prefix(20).joined(separator: "\n").utf8
        guard let open = text.firstIndex(of: UInt8(ascii: "(")) else { return [] }
        return Argument.all(in: Array(text[open...]), at: 0).map { parts in
            Parameter(label: Argument.label(of: parts), isOptional: parts.contains(UInt8(ascii: "=")))
        }
    }
}

/// What stands between two commas of a call's parentheses.
enum Argument {
    /// The arguments behind the parenthesis at `open`.
    static func all(in bytes: [UInt8], at open: Int) -> [ArraySlice<UInt8>] {
        var found: [ArraySlice<UInt8>] = []
        var depth = 0
        var start = open + 1
        for index in open..<bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: ",") where depth == 1:
                found.append(bytes[start..<index])
                start = index + 1
            default: break
            }
            if depth == 0 {
                let last = bytes[start..<index]
                return last.allSatisfy { $0 <= UInt8(ascii: " ") } ? found : found + [last]
            }
        }
        return found
    }

    /// `at` of `at now: Instant` and of `at: now`; `_` where the argument has no name.
    static func label(of argument: ArraySlice<UInt8>) -> String {
        let text = argument.drop { $0 <= UInt8(ascii: " ") }
        let name = text.prefix(while: Code.isPartOfName)
        let rest = text.dropFirst(name.count)
        guard let colon = rest.firstIndex(of: UInt8(ascii: ":")) else { return "_" }
        // Between a label and its colon stands at most a parameter's own name.
        let between = rest[..<colon].drop { $0 == UInt8(ascii: " ") }
        return between.allSatisfy(Code.isPartOfName) ? String(decoding: name, as: UTF8.self) : "_"
    }
}

/// A call that names nothing that it is called on, or `self`.
struct Call: Equatable {
    let name: String
    let labels: [String]

    static func all(in code: some Collection<String>) -> [Call] {
        let bytes = Array(code.joined(separator: "\n").utf8)
        var found: [Call] = []
        var start = 0
        for index in bytes.indices where !Code.isPartOfName(bytes[index]) {
            defer { start = index + 1 }
            guard bytes[index] == UInt8(ascii: "("), start < index else { continue }
            let before = bytes[..<start]
            let isMember = before.last == UInt8(ascii: ".") && !before.ends(with: "self.")
            if isMember || before.ends(with: "func ") { continue }
            found.append(
                Call(
                    name: String(decoding: bytes[start..<index], as: UTF8.self),
                    labels: Argument.all(in: bytes, at: index).map(Argument.label)))
        }
        return found
    }

    /// A closure may stand behind the parentheses, where its label is not seen.
    func fits(_ function: Declaration) -> Bool {
        guard name == function.name else { return false }
        var rest = labels[...]
        for (index, parameter) in function.parameters.enumerated() {
            if rest.first == parameter.label {
                rest.removeFirst()
            } else if !parameter.isOptional, index + 1 < function.parameters.count {
                return false
            }
        }
        return rest.isEmpty
    }
}

extension ArraySlice<UInt8> {
    fileprivate func ends(with text: StaticString) -> Bool {
        text.withUTF8Buffer { count >= $0.count && suffix($0.count).elementsEqual($0) }
    }
}
