import SeededRandom
import Testing
import Vocabulary
import Wire

@Suite struct `Bytes that someone damaged` {
    static let seed: UInt64 = 20_241_124

    @Test(arguments: [("a request", 0), ("a transaction", 1), ("any record", 2)])
    func `never crash a decoder, and what reads is written the same`(_ kind: (name: String, index: Int)) {
        var random = SeededGenerator(seed: Self.seed &+ UInt64(kind.index))
        for round in 0..<20_000 {
            let failure: String? =
                switch kind.index {
                case 0: Properties.holdForRequest(mutated(RecordedLine.requests, using: &random))
                case 1: Properties.holdForTransaction(mutated(RecordedLine.transactions, using: &random))
                default: failureOfAnyRecord(using: &random)
                }
            guard failure == nil else {
                Issue.record("seed \(Self.seed), \(kind.name), round \(round): \(failure ?? "")")
                return
            }
        }
    }

    private func mutated(_ lines: [RecordedLine], using random: inout SeededGenerator) -> [UInt8] {
        guard let line = lines.randomElement(using: &random) else { return [] }
        return Mutation.of(line.direction == .transaction ? line.bytes : line.body, using: &random)
    }

    /// Any recorded bytes, read as any record at any place.
    private func failureOfAnyRecord(using random: inout SeededGenerator) -> String? {
        let bytes = mutated(RecordedLine.all, using: &random)
        guard let type = RecordTypes.all.randomElement(using: &random) else { return nil }
        let start = [0, 8, 16].randomElement(using: &random) ?? 0
        return Properties.hold(type, Array(bytes.dropFirst(start)))
    }
}
