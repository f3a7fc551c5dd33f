import Testing
import Vocabulary
import Zab

@Suite struct `A broadcast` {
    private static func zxid(_ counter: UInt32) -> Zxid { Zxid(epoch: Epoch(rawValue: 1), counter: counter) }
    private static func peer(_ number: Int64) -> PeerID { PeerID(rawValue: number) }

    /// Proposals 1 to `count` among peers 1, 2 and 3.
    private static func proposing(_ count: UInt32) -> Broadcast<String> {
        var broadcast = Broadcast<String>(
            quorum: Quorum(majorityOf: [peer(1), peer(2), peer(3)]), after: zxid(0))
        for counter in 1...count { broadcast.propose("\(counter)", as: zxid(counter)) }
        return broadcast
    }

    private static func committed(by broadcast: inout Broadcast<String>) -> [String] {
        var payloads: [String] = []
        while let payload = broadcast.nextCommitted() { payloads.append(payload) }
        return payloads
    }

    @Test func `commits nothing that only one of three has`() {
        var broadcast = Self.proposing(2)
        broadcast.acknowledge(from: Self.peer(1), through: Self.zxid(2))
        #expect(Self.committed(by: &broadcast).isEmpty)
        #expect(broadcast.outstandingCount == 2)
    }

    @Test func `commits in order what two of three have`() {
        var broadcast = Self.proposing(3)
        broadcast.acknowledge(from: Self.peer(1), through: Self.zxid(3))
        broadcast.acknowledge(from: Self.peer(3), through: Self.zxid(2))
        #expect(Self.committed(by: &broadcast) == ["1", "2"])
        #expect(broadcast.lastCommitted == Self.zxid(2))
        #expect(broadcast.lastProposed == Self.zxid(3))
        #expect(broadcast.outstandingCount == 1)
    }

    @Test func `does not need its leader's own disk`() {
        var broadcast = Self.proposing(1)
        broadcast.acknowledge(from: Self.peer(2), through: Self.zxid(1))
        broadcast.acknowledge(from: Self.peer(3), through: Self.zxid(1))
        #expect(Self.committed(by: &broadcast) == ["1"])
    }

    @Test func `hears an acknowledgement twice as once`() {
        var broadcast = Self.proposing(1)
        broadcast.acknowledge(from: Self.peer(2), through: Self.zxid(1))
        broadcast.acknowledge(from: Self.peer(2), through: Self.zxid(1))
        #expect(Self.committed(by: &broadcast).isEmpty)
    }

    @Test func `does not go back for an acknowledgement that comes late`() {
        var broadcast = Self.proposing(2)
        for zxid in [Self.zxid(2), Self.zxid(1)] { broadcast.acknowledge(from: Self.peer(1), through: zxid) }
        broadcast.acknowledge(from: Self.peer(2), through: Self.zxid(2))
        #expect(Self.committed(by: &broadcast) == ["1", "2"])
    }

    @Test func `ignores an acknowledgement of what was never proposed`() {
        var broadcast = Self.proposing(1)
        broadcast.acknowledge(from: Self.peer(1), through: Self.zxid(9))
        broadcast.acknowledge(from: Self.peer(2), through: Self.zxid(1))
        #expect(Self.committed(by: &broadcast).isEmpty)
    }

    @Test func `does not count who is no voter`() {
        var broadcast = Self.proposing(1)
        broadcast.acknowledge(from: Self.peer(1), through: Self.zxid(1))
        broadcast.acknowledge(from: Self.peer(8), through: Self.zxid(1))
        #expect(Self.committed(by: &broadcast).isEmpty)
    }

    @Test func `of one commits on its own word`() {
        var broadcast = Broadcast<String>(quorum: Quorum(majorityOf: [Self.peer(1)]), after: .zero)
        broadcast.propose("a", as: Zxid(rawValue: 1))
        #expect(Self.committed(by: &broadcast).isEmpty)
        broadcast.acknowledge(from: Self.peer(1), through: Zxid(rawValue: 1))
        #expect(Self.committed(by: &broadcast) == ["a"])
    }
}
