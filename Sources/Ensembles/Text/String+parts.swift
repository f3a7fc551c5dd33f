extension String {
    package var trimmed: String {
        func isBlank(_ byte: UInt8) -> Bool { byte <= 0x20 }
        let bytes = utf8.drop(while: isBlank)
        guard let last = bytes.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(Substring(bytes[...last]))
    }
}

extension StringProtocol {
    /// The parts between commas, without blanks around them and without empty ones.
    package var commaSeparated: [String] {
        split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty }
    }
}
