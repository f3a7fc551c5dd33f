/// The words of a client in DIGEST-MD5: `key=value` with commas or blanks between, values in quotes or not.
///
/// Read as OpenJDK's server reads it (security 4.3), which is laxer than RFC 2831.
struct DigestDirectives {
    /// Keys that are looked at; the others may say anything.
    private static let known: Set<String> = [
        "username", "realm", "nonce", "cnonce", "qop", "digest-uri", "response", "maxbuf", "charset",
        "cipher",
        "authzid",
    ]

    private(set) var values: [String: [UInt8]] = [:]

    /// - Returns: nil where it is malformed, or says something twice.
    init?(_ token: [UInt8]) {
        var rest = token[...]
        while true {
            rest = rest.drop { DigestDirectives.isBlank($0) || $0 == UInt8(ascii: ",") }
            guard !rest.isEmpty else { return }
            guard let key = DigestDirectives.takeKey(of: &rest),
                let value = DigestDirectives.takeValue(of: &rest)
            else { return nil }
            let name = String(decoding: key, as: UTF8.self).lowercased()
            guard DigestDirectives.known.contains(name) else { continue }
            guard values.updateValue(value, forKey: name) == nil else { return nil }
        }
    }

    subscript(key: String) -> [UInt8]? { values[key] }

    /// A key, and the `=` behind it.
    private static func takeKey(of rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let key = rest.prefix { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ",") && !isBlank($0) }
        rest = rest[key.endIndex...].drop(while: isBlank)
        guard !key.isEmpty, rest.first == UInt8(ascii: "=") else { return nil }
        rest = rest.dropFirst().drop(while: isBlank)
        return rest.isEmpty ? nil : key
    }

    private static func takeValue(of rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard rest.first == UInt8(ascii: "\"") else {
            let value = rest.prefix { $0 != UInt8(ascii: ",") && !isBlank($0) }
            rest = rest[value.endIndex...]
            return Array(value)
        }
        rest = rest.dropFirst()
        var value: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                let isEnd = rest.first.map { isBlank($0) || $0 == UInt8(ascii: ",") } ?? true
                return isEnd ? value : nil
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst() else { return nil }
                value.append(escaped)
            default: value.append(byte)
            }
        }
        return nil
    }

    private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
}
