internal import Vocabulary

/// Connections that are let in at the client port: how many each address holds, and all together, against
/// what the configuration and the process's descriptors allow.
///
/// A value; closing those that must go is the owner's.
struct Admissions<Visitor: AnyObject> {
    enum Answer: Equatable {
        case welcome
        /// The visitor's address, or the port, has as many as the configuration allows.
        case refused
        /// There is no descriptor to spare: it may say a four-letter word, and goes.
        case overflow
    }

    private let perAddressMax: Int
    private let totalMax: Int
    private let budget: DescriptorBudget
    private var byAddress: [ByteString: Int] = [:]
    private(set) var total = 0
    /// The oldest first; at most what is accepted in one turn more than the budget has.
    private var overflow: [Visitor] = []

    /// - Parameters: 0 is no limit, for either.
    init(perAddressMax: Int, totalMax: Int, budget: DescriptorBudget) {
        self.perAddressMax = perAddressMax
        self.totalMax = totalMax
        self.budget = budget
    }

    /// Counts a connection in, unless there are enough.
    mutating func admit(_ address: ByteString) -> Answer {
        let count = byAddress[address, default: 0]
        if perAddressMax > 0, count >= perAddressMax { return .refused }
        if totalMax > 0, total >= totalMax { return .refused }
        if total >= budget.clientsMax { return .overflow }
        byAddress[address] = count + 1
        total += 1
        return .welcome
    }

    mutating func release(_ address: ByteString) {
        total -= 1
        guard let count = byAddress[address] else { return }
        byAddress[address] = count > 1 ? count - 1 : nil
    }

    /// One more that may say a word. `excess` has who must go for it.
    mutating func stand(_ visitor: Visitor) {
        overflow.append(visitor)
    }

    mutating func leave(_ visitor: Visitor) {
        overflow.removeAll { $0 === visitor }
    }

    /// Takes those that have stood for longest without a word, where there are too many.
    mutating func excess() -> [Visitor] {
        let count = max(0, overflow.count - budget.overflowMax)
        defer { overflow.removeFirst(count) }
        return Array(overflow.prefix(count))
    }

    var hasExcess: Bool { overflow.count > budget.overflowMax }
}
