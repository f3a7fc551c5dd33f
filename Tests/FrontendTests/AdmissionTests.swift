import Testing
import Vocabulary

@testable import Frontend

private final class Visitor {}

@Suite struct `A budget of descriptors` {
    @Test(arguments: [20, 64, 256, 1024, 65_536, 1 << 30])
    func `keeps back what the node needs`(limit: Int) {
        let budget = DescriptorBudget(limit: limit, open: 16)
        #expect(budget.clientsMax >= 1 && budget.overflowMax >= 2 && budget.acceptedAtOnce >= 1)
        guard limit >= 64 else { return }
        let most = 16 + budget.clientsMax + budget.overflowMax + budget.acceptedAtOnce
        #expect(limit - most >= DescriptorBudget.own)
        #expect(budget.clientsMax > (limit - 16) / 3)
    }

    @Test func `has more to keep back for other servers`() {
        let alone = DescriptorBudget(limit: 256, open: 16)
        let member = DescriptorBudget(limit: 256, open: 16, peers: 2, unidentifiedMax: 64)
        #expect(alone.clientsMax - member.clientsMax > 40)
    }
}

@Suite struct `Whoever connects` {
    private static let budget = DescriptorBudget(limit: 64, open: 16)

    /// Admissions that expectations may change.
    private final class Entrance {
        private var admissions: Admissions<Visitor>

        init(perAddress: Int = 0, total: Int = 0) {
            admissions = Admissions(perAddressMax: perAddress, totalMax: total, budget: budget)
        }

        func admit(_ address: ByteString) -> Admissions<Visitor>.Answer { admissions.admit(address) }
        func release(_ address: ByteString) { admissions.release(address) }
        func stand(_ visitor: Visitor) { admissions.stand(visitor) }
        func leave(_ visitor: Visitor) { admissions.leave(visitor) }
        func excess() -> [Visitor] { admissions.excess() }
        var hasExcess: Bool { admissions.hasExcess }
    }

    @Test func `is refused where the configuration says so`() {
        let door = Entrance(perAddress: 2, total: 3)
        #expect((0..<3).map { _ in door.admit("a") } == [.welcome, .welcome, .refused])
        #expect((0..<2).map { _ in door.admit("b") } == [.welcome, .refused])
        door.release("a")
        #expect(door.admit("b") == .welcome)
    }

    @Test func `stands where no descriptor is left, until there is one`() {
        let door = Entrance()
        let answers = (0..<192).map { _ in door.admit("a") }
        #expect(answers.count { $0 == .welcome } == Self.budget.clientsMax)
        #expect(answers.count { $0 == .overflow } == 192 - Self.budget.clientsMax)
        door.release("a")
        #expect(door.admit("a") == .welcome)
        #expect(door.admit("a") == .overflow)
    }

    @Test func `sends those away first that have stood for longest`() {
        let door = Entrance()
        let visitors = (0..<Self.budget.overflowMax + 3).map { _ in Visitor() }
        for visitor in visitors { door.stand(visitor) }
        #expect(door.hasExcess)
        #expect(door.excess().map { ObjectIdentifier($0) } == visitors.prefix(3).map { ObjectIdentifier($0) })
        #expect(!door.hasExcess && door.excess().isEmpty)
        door.leave(visitors[5])
        door.stand(visitors[0])
        #expect(door.excess().isEmpty)
    }
}
