import NIOCore
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `A transaction` {
    private static let session = "03000017fd9f0000 00000000 0000000100000001 000001a2026a4535"
    private static let digest = "00000002 0000000051c6d660"
    private static let path = "00000002 2f72"
    private static let open = "00000001 0000001f 00000005 776f726c64 00000006 616e796f6e65"

    @Test func `is what a leader of Apache's logged when a session began`() throws {
        let bytes = hex(Self.session + "fffffff6 00007530" + Self.digest)
        let transaction = transaction(.createSession(timeoutMs: 30_000), digest: 0x51c6_d660)
        #expect(try Transaction(decoding: bytes.span.bytes) == transaction)
        #expect(hex(of: Properties.encoded(HeldTransaction(transaction))) == hex(of: bytes))
    }

    @Test func `is what a leader of Apache's logged when a znode was made`() throws {
        let bytes = hex(
            """
            03000017fd9f0000 00000001 0000000100000002 000001a2026a4659 00000001 00000002 2f72
            00000005 68656c6c6f 00000001 0000001f 00000005 776f726c64 00000006 616e796f6e65 00 00000001
            00000002 000000022da68330
            """)
        let creation = Creation(
            kind: .create, path: "/r", data: Array("hello".utf8), acl: .open, isEphemeral: false,
            parentCversion: 1)
        let transaction = Transaction(
            session: SessionID(rawValue: 0x300_0017_fd9f_0000), cxid: 1, zxid: Zxid(rawValue: 0x1_0000_0002),
            timeMs: 0x1a2_026a_4659, change: .create(creation), digest: 0x2_2da6_8330)
        #expect(try Transaction(decoding: bytes.span.bytes) == transaction)
        #expect(hex(of: Properties.encoded(HeldTransaction(transaction))) == hex(of: bytes))
    }

    @Test func `of before 3.4 does not know its parent's cversion`() throws {
        let creation = Creation(
            kind: .create, path: "/r", data: nil, acl: .open, isEphemeral: true, parentCversion: -1)
        #expect(
            try decode("00000001" + Self.path + "ffffffff" + Self.open + "01").change == .create(creation))
        #expect(throws: DecodingError.self) {
            try decode("0000000f" + Self.path + "ffffffff" + Self.open + "01")
        }
    }

    @Test(
        arguments: [
            ("", [], nil), ("00000000", [], nil), ("ffffffff", [], nil),
            ("00000002 0000000051c6d660", [], 0x51c6_d660), ("00000002 0000000000000000", [], 0),
            ("00000000 00000002 0000000051c6d660", [], 0x51c6_d660),
            ("00000001 00000002 2f72 00000002 0000000000000001", ["/r"], 1),
            ("00000002 00000002 2f72 00000002 2f73", ["/r", "/s"], nil),
        ] as [(String, [ZnodePath], UInt64?)])
    func `that ends a session may lack its record`(_ row: (rest: String, paths: [ZnodePath], digest: UInt64?))
        throws
    {
        let transaction = try decode("fffffff5" + row.rest)
        #expect(transaction.change == .closeSession(paths: row.paths))
        #expect(transaction.digest == row.digest)
    }

    /// Without a digest they would read back as a digest without them.
    @Test(arguments: ["00000002 00000000 00000000 00000000 0000000000000001", "00000001 00000000"])
    func `that ends a session names no znode by an empty path`(rest: String) {
        #expect(throws: DecodingError.emptyPath) { try decode("fffffff5" + rest) }
    }

    @Test func `of a failed multi reads even where Apache changed it after the fact`() throws {
        let fresh = "ffffffff 00000004 ffffff92"
        // A create's record under the type of an error, as later syncs send it.
        let changed = "ffffffff 0000002a \(Self.path) ffffffff \(Self.open) 00 00000001"
        let transaction = try decode("0000000e 00000002" + changed + fresh)
        #expect(transaction.change == .multi([.error(code: 0), .error(code: -110)]))
    }

    @Test(arguments: [7, 16, 14, -10, -11, 3, 99] as [Int32])
    func `cannot be in a multi by every type`(_ type: Int32) {
        let word = hex(of: withUnsafeBytes(of: type.bigEndian) { Array($0) })
        #expect(throws: DecodingError.unexpectedType(type)) {
            try decode("0000000e 00000001 \(word) 00000004 00000000")
        }
    }

    @Test(arguments: [13, 3, 0, 9, 103] as [Int32])
    func `of a type that changes nothing is refused`(_ type: Int32) {
        let word = hex(of: withUnsafeBytes(of: type.bigEndian) { Array($0) })
        #expect(throws: DecodingError.unexpectedType(type)) { try decode(word + Self.path + "00000001") }
    }

    @Test func `leaves out a digest of another version`() throws {
        #expect(try decode("fffffff6 00007530 00000003 0000000051c6d660").digest == nil)
    }

    @Test func `is refused with bytes behind its end`() {
        #expect(throws: DecodingError.trailing(1)) { try decode("fffffff6 00007530" + Self.digest + "00") }
        #expect(throws: DecodingError.truncated(needed: 8, available: 1)) {
            try decode("fffffff6 00007530 00000002 00")
        }
    }

    @Test func `of every kind reads as it was written`() throws {
        for change in TransactionSamples.changes {
            for digest in [nil, 0, UInt64.max] {
                let whole = transaction(change, digest: digest)
                let bytes = Properties.encoded(HeldTransaction(whole))
                #expect(try Transaction(decoding: bytes.span.bytes) == whole)
                for count in 0..<bytes.count where !TransactionCuts.isReadable(bytes, cutTo: count) {
                    #expect(throws: DecodingError.self, "\(change) cut to \(count)") {
                        try Transaction(decoding: Array(bytes.prefix(count)).span.bytes)
                    }
                }
            }
        }
    }

    private func decode(_ rest: String) throws -> Transaction {
        let bytes = hex(Self.session + rest)
        return try Transaction(decoding: bytes.span.bytes)
    }

    private func transaction(_ change: Change, digest: UInt64?) -> Transaction {
        Transaction(
            session: SessionID(rawValue: 0x300_0017_fd9f_0000), cxid: 0, zxid: Zxid(rawValue: 0x1_0000_0001),
            timeMs: 0x1a2_026a_4535, change: change, digest: digest)
    }
}
