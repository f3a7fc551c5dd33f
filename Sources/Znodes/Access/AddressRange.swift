/// Internet addresses that share a prefix: `10.0.0.0/8`, `fe80::/10`, or one address alone.
struct AddressRange {
    private let bytes: [UInt8]
    private let prefixBits: Int

    init?(_ text: [UInt8]) {
        let parts = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard let address = parts.first, parts.count <= 2 else { return nil }
        guard let bytes = AddressRange.dottedQuad(address) ?? AddressRange.colonHex(address) else {
            return nil
        }
        self.bytes = bytes
        guard parts.count == 2 else {
            self.prefixBits = bytes.count * 8
            return
        }
        guard let bits = AddressRange.number(parts[1], radix: 10, max: bytes.count * 8) else { return nil }
        self.prefixBits = bits
    }

    func contains(_ address: AddressRange) -> Bool {
        guard address.bytes.count == bytes.count else { return false }
        let whole = prefixBits / 8
        guard bytes[..<whole] == address.bytes[..<whole] else { return false }
        let rest = prefixBits % 8
        return rest == 0 || (bytes[whole] ^ address.bytes[whole]) >> (8 - rest) == 0
    }

    private static func dottedQuad(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        let numbers = parts.compactMap { number($0, radix: 10, max: 255) }
        return numbers.count == 4 ? numbers.map(UInt8.init) : nil
    }

    private static func colonHex(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let colon = UInt8(ascii: ":")
        guard text.contains(colon) else { return nil }
        let parts = text.split(separator: colon, omittingEmptySubsequences: false)
        guard let gap = text.indices.dropLast().first(where: { text[$0] == colon && text[$0 + 1] == colon })
        else {
            return parts.count == 8 ? groups(parts) : nil
        }
        let head =
            text[..<gap].isEmpty ? [] : text[..<gap].split(separator: colon, omittingEmptySubsequences: false)
        let tailText = text[(gap + 2)...]
        let tail = tailText.isEmpty ? [] : tailText.split(separator: colon, omittingEmptySubsequences: false)
        guard head.count + tail.count < 8, let first = groups(head), let last = groups(tail) else {
            return nil
        }
        return first + [UInt8](repeating: 0, count: 16 - first.count - last.count) + last
    }

    private static func groups(_ parts: [ArraySlice<UInt8>]) -> [UInt8]? {
        var bytes: [UInt8] = []
        for part in parts {
            guard let group = number(part, radix: 16, max: 0xffff) else { return nil }
            bytes += [UInt8(group >> 8), UInt8(group & 0xff)]
        }
        return bytes
    }

    private static func number(_ digits: ArraySlice<UInt8>, radix: Int, max: Int) -> Int? {
        guard (1...5).contains(digits.count),
            let value = Int(String(decoding: digits, as: UTF8.self), radix: radix)
        else { return nil }
        return (0...max).contains(value) ? value : nil
    }
}
