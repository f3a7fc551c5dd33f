/// JSON to be printed; objects keep the order in which they were written.
indirect enum JSONValue {
    case object([(name: String, value: JSONValue)])
    case array([JSONValue])
    case text(String)
    case number(Double)
    case integer(Int)
    case null
}

extension JSONValue: CustomStringConvertible {
    var description: String {
        switch self {
        case .object(let members):
            "{" + members.map { "\(Self.quoted($0.name)):\($0.value)" }.joined(separator: ",") + "}"
        case .array(let elements):
            "[" + elements.map(\.description).joined(separator: ",") + "]"
        case .text(let text): Self.quoted(text)
        case .number(let number): number.isFinite ? "\(number)" : "null"
        case .integer(let integer): "\(integer)"
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
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
