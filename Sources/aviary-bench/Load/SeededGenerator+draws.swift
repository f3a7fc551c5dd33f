import SeededRandom

extension SeededGenerator {
    /// Evenly from `0..<bound`; the bias of a multiply-shift is far below what a load could notice.
    mutating func below(_ bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// From 0 to below 1.
    mutating func fraction() -> Double {
        Double(next() >> 11) * 0x1p-53
    }
}
