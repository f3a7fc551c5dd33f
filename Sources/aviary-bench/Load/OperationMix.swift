import SeededRandom

/// Which operations, in which proportion: `getData=90,setData=10`; a name without a number counts once.
struct OperationMix {
    /// In the order given.
    let shares: [(operation: LoadOperation, weight: Int)]
    private let totalWeight: Int

    init?(_ text: String) {
        var shares: [(operation: LoadOperation, weight: Int)] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = pieces.first, let operation = LoadOperation(rawValue: String(name)) else {
                return nil
            }
            guard let weight = pieces.count == 2 ? Int(pieces[1]) : 1, weight > 0 else { return nil }
            shares.append((operation, weight))
        }
        guard !shares.isEmpty else { return nil }
        self.shares = shares
        totalWeight = shares.reduce(0) { $0 + $1.weight }
    }

    func next(_ random: inout SeededGenerator) -> LoadOperation {
        guard shares.count > 1 else { return shares[0].operation }
        var point = random.below(totalWeight)
        for share in shares {
            if point < share.weight { return share.operation }
            point -= share.weight
        }
        preconditionFailure("a point below the total weight lies in one of the shares")
    }

    func contains(_ operation: LoadOperation) -> Bool {
        shares.contains { $0.operation == operation }
    }
}

extension OperationMix: CustomStringConvertible {
    var description: String {
        shares.map { shares.count == 1 ? $0.operation.rawValue : "\($0.operation.rawValue)=\($0.weight)" }
            .joined(separator: ",")
    }
}
