/// Bytes as the reference documents write them: hex digits, with spaces wherever they help.
func hex(_ text: some StringProtocol) -> [UInt8] {
    let characters = text.filter { !$0.isWhitespace }
    let digits = characters.compactMap { $0.hexDigitValue.map(UInt8.init) }
    precondition(digits.count == characters.count, "something that is no hex digit")
    precondition(digits.count.isMultiple(of: 2), "an odd number of hex digits")
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

func hex(of bytes: some Sequence<UInt8>) -> String {
    bytes.map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }.joined()
}
