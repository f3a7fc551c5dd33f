internal import Vocabulary

/// Text that may stand in an ACL of the scheme `x509`, since Java reads it as a name. ACLs keep and compare
/// it as it was written.
enum DistinguishedName {
    static func isValid(_ name: ByteString) -> Bool {
        let text = name.bytes
        if text.isEmpty { return true }
        guard let parts = parts(of: text[...]) else { return false }
        return parts.allSatisfy(isAttribute)
    }

    /// The parts between `,`, `;` and `+` that are neither quoted nor escaped.
    ///
    /// - Returns: nil where a quotation or an escape is not ended.
    private static func parts(of text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
        var parts: [ArraySlice<UInt8>] = []
        var start = text.startIndex
        var isQuoted = false
        var isEscaped = false
        for index in text.indices {
            if isEscaped {
                isEscaped = false
                continue
            }
            switch text[index] {
            case UInt8(ascii: "\\"): isEscaped = true
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "+"):
                guard !isQuoted else { continue }
                parts.append(text[start..<index])
                start = index + 1
            default: break
            }
        }
        guard !isQuoted, !isEscaped else { return nil }
        parts.append(text[start...])
        return parts
    }

    private static func isAttribute(_ text: ArraySlice<UInt8>) -> Bool {
        guard let equals = text.firstIndex(of: UInt8(ascii: "=")) else { return false }
        return isType(trimmed(text[..<equals])) && isValue(trimmed(text[(equals + 1)...]))
    }

    private static func isType(_ text: ArraySlice<UInt8>) -> Bool {
        var name = String(decoding: text, as: UTF8.self).uppercased()
        if keywords.contains(name) { return true }
        if name.hasPrefix("OID.") { name.removeFirst(4) }
        let numbers = name.split(separator: ".", omittingEmptySubsequences: false).map { UInt64($0) }
        guard numbers.count >= 2, !numbers.contains(nil), let root = numbers[0], let second = numbers[1]
        else {
            return false
        }
        return root < 2 && second < 40 || root == 2
    }

    /// Text, or `#` and the hexadecimal digits of a value in DER.
    private static func isValue(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.first == UInt8(ascii: "#") else { return true }
        let digits = text.dropFirst()
        let isHexadecimal = digits.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
        return isHexadecimal && digits.count >= 4 && digits.count.isMultiple(of: 2)
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A }
        let start = text.drop(while: isBlank)
        guard let last = start.lastIndex(where: { !isBlank($0) }) else { return [] }
        return start[...last]
    }

    private static let keywords: Set<String> = [
        "CN", "C", "L", "S", "ST", "O", "OU", "T", "IP", "STREET", "DC", "DNQ", "DNQUALIFIER", "SURNAME",
        "GIVENNAME", "INITIALS", "GENERATION", "EMAILADDRESS", "UID", "SERIALNUMBER",
    ]
}
