import SeededRandom

/// What a hostile or broken sender makes of good bytes.
enum Mutation {
    /// Numbers that lengths, counts and flags are most often wrong with.
    private static let boundaries: [Int32] = [
        -1, -2, 0, 1, 2, 3, 4, 5, 6, 7, 13, 14, 20, 127, 128, 255, 256, 0xfffff, .max, .min, -10, -11,
    ]

    static func of(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var mutant = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&mutant, using: &random) }
        return mutant
    }

    private static func mutate(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
        guard !bytes.isEmpty else { return bytes.append(UInt8.random(in: 0...255, using: &random)) }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<7, using: &random) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 2: bytes.removeLast(bytes.count - place)
        case 3: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 4: bytes.remove(at: place)
        case 5:
            let end = Int.random(in: place...bytes.count, using: &random)
            bytes.append(contentsOf: bytes[place..<end])
        default:
            let number = boundaries.randomElement(using: &random) ?? 0
            for (index, byte) in withUnsafeBytes(of: number.bigEndian, Array.init).enumerated()
            where place + index < bytes.count {
                bytes[place + index] = byte
            }
        }
    }
}
