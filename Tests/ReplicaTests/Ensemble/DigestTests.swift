import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Zab
import Znodes

/// Each transaction carries the digest of the tree that the leader has behind it (quorum protocol 9).
@Suite struct `A follower's tree` {
    private let node = TestNode.member()
    private let epoch = Epoch(rawValue: 2)

    private func creation(_ path: ZnodePath, at counter: UInt32) -> Transaction {
        let creation = Creation(
            kind: .create, path: path, data: [], acl: .open, isEphemeral: false,
            parentCversion: Int32(counter))
        return Transaction(
            session: SessionID(rawValue: 7), cxid: 0, zxid: Zxid(epoch: epoch, counter: counter), timeMs: 1,
            change: .create(creation))
    }

    private func hear(_ transaction: Transaction, digest: UInt64) {
        var transaction = transaction
        transaction.digest = digest
        var bytes = ByteBuffer()
        transaction.encode(into: &bytes)
        node.hear(.proposal(Entry(transaction.zxid, bytes)))
        node.hear(.commit(transaction.zxid))
    }

    @Test func `is said to be another one than the leader's, once`() {
        node.follow(in: 2)
        let before = node.warnings.count
        hear(creation("/a", at: 1), digest: 1)
        hear(creation("/b", at: 2), digest: 2)
        #expect(node.replica.digestMismatches == 2)
        #expect(node.warnings.count == before + 1)
        #expect(node.warnings.last?.contains("0x200000001") == true)
    }

    /// The znode that the third transaction creates is in the snapshot, which is labeled with the first.
    @Test func `is compared once it is that of one moment`() throws {
        let transactions = (0..<4).map { creation(ZnodePath("/\($0)"), at: 127 + UInt32($0)) }
        var applied: [Applied] = []
        var tree = Tree(seed: 1)
        let digests = transactions.map { transaction in
            tree.apply(transaction, into: &applied)
            return tree.digest
        }
        var mixed = Tree(seed: 2)
        for index in [0, 2] { mixed.apply(transactions[index], into: &applied) }
        var stream = TestNode.stream(of: mixed)

        node.electServer2(round: 200)
        node.step(.link(.leaderLinkUp))
        node.hear(.leaderInfo(epoch))
        node.hear(.snapshot(transactions[0].zxid))
        let isComplete = try node.replica.readSnapshot(&stream)
        #expect(isComplete)
        for index in [1, 2] { hear(transactions[index], digest: digests[index]) }
        node.hear(.newLeader(epoch, configuration: ""))
        node.hear(.upToDate)
        #expect(node.replica.tree.digest == digests[2])
        #expect(node.replica.digestMismatches == 0)
        #expect(node.replica.digestHistory.entries.isEmpty, "0x200000080 was not that of the leader")
        hear(transactions[3], digest: digests[3] &+ 1)
        #expect(node.replica.digestMismatches == 1)
    }
}
