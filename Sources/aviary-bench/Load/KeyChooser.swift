import Glibc
import SeededRandom

/// How often which key is asked for.
enum Distribution: String, CaseIterable {
    case uniform, zipf, sequential
}

/// Draws the keys of a load.
struct KeyChooser {
    private enum Method {
        case uniform
        case sequential(next: Int)
        case zipf(Zipf)
    }

    private let keyCount: Int
    private var method: Method

    init(_ distribution: Distribution, keyCount: Int) {
        self.keyCount = keyCount
        method =
            switch distribution {
            case .uniform: .uniform
            case .sequential: .sequential(next: 0)
            case .zipf: .zipf(Zipf(itemCount: keyCount))
            }
    }

    mutating func next(_ random: inout SeededGenerator) -> Int {
        switch method {
        case .uniform:
            return random.below(keyCount)
        case .sequential(let next):
            method = .sequential(next: next + 1 == keyCount ? 0 : next + 1)
            return next
        case .zipf(let zipf):
            return zipf.next(&random)
        }
    }
}

/// Zipf's law with exponent 0.99, as in YCSB (Gray et al., "Quickly Generating Billion-Record Synthetic
/// Databases").
///
/// The popular keys are spread over the key space, not its first ones.
struct Zipf {
    private static let exponent = 0.99
    /// A prime larger than any sensible group and no divisor of a round key count.
    private static let spread = 1_000_003

    private let itemCount: Int
    private let zeta: Double
    private let eta: Double

    init(itemCount: Int) {
        self.itemCount = itemCount
        var sum = 0.0
        for rank in 1...itemCount { sum += pow(Double(rank), -Self.exponent) }
        zeta = sum
        let zetaOfTwo = 1 + pow(0.5, Self.exponent)
        eta = (1 - pow(2 / Double(itemCount), 1 - Self.exponent)) / (1 - zetaOfTwo / sum)
    }

    func next(_ random: inout SeededGenerator) -> Int {
        rank(at: random.fraction()) * Self.spread % itemCount
    }

    /// The rank, 0 the most popular, at a point of the unit interval.
    func rank(at point: Double) -> Int {
        let scaled = point * zeta
        if scaled < 1 { return 0 }
        if scaled < 1 + pow(0.5, Self.exponent) { return min(1, itemCount - 1) }
        let rank = Double(itemCount) * pow(eta * point - eta + 1, 1 / (1 - Self.exponent))
        return min(itemCount - 1, Int(rank))
    }
}
