/// JSON to be printed; objects keep the order in which they were written.
package indirect enum JSONValue: Sendable {
    case object([(name: String, value: JSONValue)])
    case array([JSONValue])
    case text(String)
    case number(Double)
    case integer(Int)
    case flag(Bool)
    case null
}

extension JSONValue {
    /// nil becomes null.
    package static func optional(_ text: String?) -> JSONValue { text.map { .text($0) } ?? .null }
    package static func optional(_ number: (some BinaryInteger)?) -> JSONValue {
        number.map { .whole($0) } ?? .null
    }
    /// An integer of any width that fits into 64 bits with a sign.
    package static func whole(_ number: some BinaryInteger) -> JSONValue {
        .integer(Int(truncatingIfNeeded: number))
    }
}

extension JSONValue: CustomStringConvertible {
    package var description: String {
        switch self {
        case .object(let members):
            "{" + members.map { "\(Self.quoted($0.name)):\($0.value)" }.joined(separator: ",") + "}"
        case .array(let elements):
            "[" + elements.map(\.description).joined(separator: ",") + "]"
        case .text(let text): Self.quoted(text)
        case .number(let number): number.isFinite ? "\(number)" : "null"
        case .integer(let integer): "\(integer)"
        case .flag(let flag): "\(flag)"
        case .null: "null"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where !ScreenText.isSafe(scalar):
                // The same text for programs, and safe on a screen.
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
