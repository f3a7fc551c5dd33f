import Testing
import Vocabulary

@testable import Znodes

@Suite struct `The digest of a tree` {
    private static let session = SessionID(rawValue: 0x0300_0014_49ae_0000)

    private static func transaction(_ counter: UInt32, at timeMs: Int64, _ change: Change) -> Transaction {
        Transaction(
            session: session, cxid: 0, zxid: Zxid(epoch: Epoch(rawValue: 1), counter: counter),
            timeMs: timeMs,
            change: change)
    }

    private static func create(_ path: ZnodePath, _ data: String, isEphemeral: Bool, _ cversion: Int32)
        -> Change
    {
        .create(
            Creation(
                kind: .create, path: path, data: Array(data.utf8), acl: .open, isEphemeral: isEphemeral,
                parentCversion: cversion))
    }

    @Test func `is the one a live Apache ensemble had`() {
        var tree = Tree(seed: 1)
        var applied: [Applied] = []
        let steps: [(Transaction, UInt64)] = [
            (Self.transaction(1, at: 0, .createSession(timeoutMs: 1)), 0x51c6_d660),
            (
                Self.transaction(2, at: 0x1a2_0266_700a, Self.create("/a", "hello", isEphemeral: false, 1)),
                0x2_3661_268a
            ),
            (
                Self.transaction(
                    3, at: 0x1a2_0266_7021, .setData(path: "/a", data: Array("world".utf8), version: 1)),
                0x2_3293_b690
            ),
            (
                Self.transaction(4, at: 0x1a2_0266_7028, Self.create("/e", "x", isEphemeral: true, 2)),
                0x3_16cc_4ab7
            ),
            (Self.transaction(5, at: 0, .closeSession(paths: ["/e"])), 0x1_aa8b_bb7f),
        ]
        #expect(tree.digest == 0x51c6_d660)
        for (transaction, digest) in steps {
            tree.apply(transaction, into: &applied)
            #expect(tree.digest == digest, "after \(transaction.zxid)")
        }
    }

    private func digest(of path: ZnodePath, data: [UInt8]?) -> UInt64 {
        ZnodeDigest.of(
            path: path, register: ZnodeDigest.content(path: path, data: data), stat: StoredStat())
    }

    @Test func `of an empty tree is the root's and zookeeper's`() {
        #expect(digest(of: "/", data: []) == 0x0412_8908)
        #expect(digest(of: "", data: nil) == 0x0412_8908)
        #expect(digest(of: "/zookeeper", data: []) == 0x4db4_4d58)
    }

    @Test func `leaves out what is below zookeeper, and nothing that only looks so`() {
        #expect(digest(of: "/zookeeper/config", data: []) == 0)
        #expect(digest(of: "/zookeeper2", data: []) != 0)
        #expect(digest(of: "/a/zookeeper/b", data: []) != 0)
    }

    @Test(arguments: 0...40)
    func `is built of a checksum that does not mind how it is fed`(cut: Int) {
        let bytes = (0..<40).map { UInt8(truncatingIfNeeded: $0 * 7) }
        var whole = CRC32()
        whole.feed(bytes.span.bytes)
        var pieces = CRC32()
        let (head, tail) = (Array(bytes[..<cut]), Array(bytes[cut...]))
        pieces.feed(head.span.bytes)
        pieces.feed(tail.span.bytes)
        #expect(whole.value == pieces.value)
    }

    @Test func `is built of zlib's checksum`() {
        var crc = CRC32()
        let text = Array("123456789".utf8)
        crc.feed(text.span.bytes)
        #expect(crc.value == 0xcbf4_3926)
        var numbers = CRC32()
        numbers.feed(0x3132_3334_3536_3738 as UInt64)
        numbers.feed(0x3931_3233 as UInt32)
        var bytes = CRC32()
        let same = Array("123456789123".utf8)
        bytes.feed(same.span.bytes)
        #expect(numbers.value == bytes.value)
    }
}
