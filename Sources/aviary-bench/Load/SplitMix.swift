/// A small, fast, seeded generator of random numbers (SplitMix64), so that two runs ask for the same keys.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Evenly from `0..<bound`; the bias of a multiply-shift is far below what a load could notice.
    mutating func below(_ bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// From 0 to below 1.
    mutating func fraction() -> Double {
        Double(next() >> 11) * 0x1p-53
    }
}
