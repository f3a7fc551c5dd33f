internal import Vocabulary

/// The subject of a certificate, as Java prints it (`X500Principal.getName()`, RFC 2253) and ACLs have it.
enum SubjectName {
    /// - Parameter bytes: The name as the certificate has it, in DER.
    /// - Returns: What could be read of it, where it is broken.
    static func text(of bytes: [UInt8]) -> ByteString {
        var outer = DERReader(bytes[...])
        guard let name = outer.next(), name.tag == 0x30 else { return "" }
        var relative: [[UInt8]] = []
        var names = DERReader(name.content)
        while let set = names.next() {
            var attributes = DERReader(set.content)
            var parts: [[UInt8]] = []
            while let attribute = attributes.next() { parts.append(text(ofAttribute: attribute.content)) }
            relative.append(Array(parts.joined(separator: [UInt8(ascii: "+")])))
        }
        return ByteString(Array(relative.reversed().joined(separator: [UInt8(ascii: ",")])))
    }

    private static func text(ofAttribute content: ArraySlice<UInt8>) -> [UInt8] {
        var parts = DERReader(content)
        guard let type = parts.next(), let value = parts.next() else { return [] }
        guard let keyword = keywords[Array(type.content)], texts.contains(value.tag) else {
            let name = keywords[Array(type.content)] ?? dotted(type.content)
            return Array(name.utf8) + [UInt8(ascii: "="), UInt8(ascii: "#")] + Hash.hexadecimal(value.whole)
        }
        // Whatever encoding the tag names: Java takes all of them for UTF-8.
        let text = Array(String(decoding: value.content, as: UTF8.self).utf8)
        return Array(keyword.utf8) + [UInt8(ascii: "=")] + escaped(text)
    }

    /// Types that have a keyword, by their encoding.
    private static let keywords: [[UInt8]: String] = [
        [0x55, 4, 3]: "CN", [0x55, 4, 6]: "C", [0x55, 4, 7]: "L", [0x55, 4, 8]: "ST", [0x55, 4, 10]: "O",
        [0x55, 4, 11]: "OU", [0x55, 4, 9]: "STREET",
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 1, 25]: "DC",
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 1, 1]: "UID",
    ]

    /// UTF8String, PrintableString, T61String, IA5String, GeneralString, BMPString.
    private static let texts: Set<UInt8> = [12, 19, 20, 22, 27, 30]

    private static func escaped(_ text: [UInt8]) -> [UInt8] {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0D }
        let first = text.firstIndex { !isBlank($0) } ?? text.count
        let last = text.lastIndex { !isBlank($0) } ?? -1
        var escaped: [UInt8] = []
        for (index, byte) in text.enumerated() {
            if byte == 0 {
                escaped += Array(#"\00"#.utf8)
                continue
            }
            let isEdge = isBlank(byte) && (index < first || index > last)
            if isEdge || special.contains(byte) { escaped.append(UInt8(ascii: "\\")) }
            escaped.append(byte)
        }
        return escaped
    }

    private static let special = Set(#",+"\<>;=#"#.utf8)

    /// An object identifier in dots.
    private static func dotted(_ encoded: ArraySlice<UInt8>) -> String {
        var numbers: [UInt64] = []
        var number: UInt64 = 0
        for byte in encoded {
            number = number << 7 | UInt64(byte & 0x7F)
            guard byte < 0x80 else { continue }
            if numbers.isEmpty {
                let root = min(number / 40, 2)
                numbers = [root, number - root * 40]
            } else {
                numbers.append(number)
            }
            number = 0
        }
        return numbers.map { "\($0)" }.joined(separator: ".")
    }
}

/// Values of DER one after the other.
struct DERReader {
    struct Value {
        let tag: UInt8
        let content: ArraySlice<UInt8>
        /// With its tag and length.
        let whole: ArraySlice<UInt8>
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// - Returns: nil at the end, and where what follows is no value.
    mutating func next() -> Value? {
        let start = rest.startIndex
        guard rest.count >= 2 else { return nil }
        let tag = rest[start]
        var place = start + 2
        var length = Int(rest[start + 1])
        if length >= 0x80 {
            let count = length & 0x7F
            guard (1...4).contains(count), rest.count >= 2 + count else { return nil }
            length = rest[place..<(place + count)].reduce(0) { $0 << 8 | Int($1) }
            place += count
        }
        guard rest.endIndex - place >= length else { return nil }
        let end = place + length
        defer { rest = rest[end...] }
        return Value(tag: tag, content: rest[place..<end], whole: rest[start..<end])
    }
}
