import NIOCore
import SeededRandom
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `A snapshot that someone damaged` {
    /// Reads `bytes` and uses what comes of it.
    ///
    /// - Returns: Whether it was a snapshot; nil when it was refused.
    private static func read(_ bytes: some Sequence<UInt8>) -> Bool? {
        var reader = SnapshotStreamDecoder(seed: 3, recordBytesMax: 1 << 16)
        var stream = ByteBuffer(bytes: bytes)
        do {
            guard try reader.read(&stream) else { return false }
        } catch {
            let before = stream
            #expect(throws: error) { try again(&reader, &stream) }
            #expect(stream == before)
            return nil
        }
        var tree = reader.finish(at: Zxid(rawValue: 1))
        for session in tree.ephemeralOwners {
            Snapshots.apply(.closeSession(paths: []), by: session.rawValue, to: &tree)
        }
        for path in tree.sweepCandidates(among: tree.sweepablePlaces, wallMs: 1 << 50, neverUsedMs: 1) {
            Snapshots.apply(.delete(path: path, isSweep: true), to: &tree)
        }
        Snapshots.create("/p/new", "", in: &tree)
        #expect(!Snapshots.bytes(of: tree).isEmpty)
        return true
    }

    private static func again(_ reader: inout SnapshotStreamDecoder, _ stream: inout ByteBuffer) throws {
        _ = try reader.read(&stream)
    }

    @Test func `is waited for wherever it breaks off`() {
        let bytes = Snapshots.bytes(of: Snapshots.everyKind())
        for length in bytes.indices { #expect(Self.read(bytes[..<length]) == false, "\(length)") }
        #expect(Self.read(bytes) == true)
    }

    @Test func `never crashes its reader, whichever byte is wrong`() {
        let bytes = Snapshots.bytes(of: Snapshots.everyKind())
        var (refused, waited) = (0, 0)
        for place in bytes.indices {
            for mask in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff] as [UInt8] {
                var damaged = bytes
                damaged[place] ^= mask
                switch Self.read(damaged) {
                case nil: refused += 1
                case false?: waited += 1
                case true?: break
                }
            }
        }
        #expect(refused > 1000 && waited > 100)
    }

    @Test func `never crashes its reader, whatever is wrong`() {
        let bytes = Snapshots.bytes(of: Snapshots.everyKind())
        var random = SeededGenerator(seed: 20_241_124)
        for _ in 0..<5000 { _ = Self.read(Mutation.of(bytes, using: &random)) }
    }

    private static let none = "00000000 00000000"
    private static let stat = String(repeating: "00", count: 60)
    private static let root = "00000000 ffffffff ffffffffffffffff" + stat
    private static let a = "00000002 2f61 ffffffff ffffffffffffffff" + stat
    private static let list = "0000000000000005 00000001 00000001 00000005 776f726c64 00000001 78"

    @Test(
        arguments: [
            ("ffffffff", .negativeLength(-1)), ("00000000 fffffffe", .negativeLength(-2)),
            (
                "00000002 0000000000000001 00000000 0000000000000001 00000000",
                .unexpectedSession(SessionID(rawValue: 1))
            ),
            ("00000000 00000001 0000000000000005 ffffffff", .unexpectedNull),
            ("00000000 00000001 0000000000000005 fffffffe", .negativeLength(-2)),
            (
                "00000000 00000001 0000000000000005 7fffffff",
                .implausibleCount(.max, available: 1 << 16)
            ),
            ("00000000 00000001 0000000000000005 00000001 00000001 ffffffff", .unexpectedNull),
            (
                "00000000 00000001 0000000000000005 00000001 00000001 00010001",
                .oversized(65537, max: 1 << 16)
            ),
            ("00000000 00000002" + list + list, .unexpectedACL(5)),
            (none + "00010001", .oversized(65537, max: 1 << 16)), (none + "ffffffff", .unexpectedNull),
            (none + "fffffffe", .negativeLength(-2)), (none + "00000000 fffffffe", .negativeLength(-2)),
            (none + "00000000 00010001", .oversized(65537, max: 1 << 16)),
            (none + "00000001 2f", .misplacedZnode("/")), (none + a, .misplacedZnode("/a")),
            (none + root + root, .misplacedZnode("")), (none + root + a + a, .misplacedZnode("/a")),
            (
                none + root + "00000004 2f622f63 ffffffff ffffffffffffffff" + stat,
                .misplacedZnode("/b/c")
            ),
            (none + root + "00000002 2f00 ffffffff ffffffffffffffff" + stat, .misplacedZnode("/\u{0}")),
            (none + root + "00000003 2f2e2e ffffffff ffffffffffffffff" + stat, .misplacedZnode("/..")),
            (none + root + "00000001 62 ffffffff ffffffffffffffff" + stat, .misplacedZnode("b")),
            (none + root + "00000001 2f 00000009", .unsigned),
            (none + root + "00000001 2f ffffffff", .unsigned),
            (none + root + "00000001 2f 0000000a 42656e5761734865 7266", .unsigned),
        ] as [(String, DecodingError)])
    func `is refused before more of it comes`(text: String, error: DecodingError) {
        var reader = SnapshotStreamDecoder(seed: 3, recordBytesMax: 1 << 16)
        var stream = ByteBuffer(bytes: hex(text))
        #expect(throws: error) { try Self.again(&reader, &stream) }
    }

    @Test func `may say of the open ACL what it likes`() throws {
        var reader = SnapshotStreamDecoder(seed: 3, recordBytesMax: 4 << 20)
        let open = "00000001 0000001f 00000005 776f726c64 00000006 616e796f6e65"
        let numbered = "00000002 2f61 ffffffff 0000000000000007" + Self.stat
        let end = "00000001 2f 0000000a 42656e57617348657265"
        let lists = "00000000 00000002 ffffffffffffffff 00000000 0000000000000007" + open
        var stream = ByteBuffer(bytes: hex(lists + Self.root + numbered + end))
        let isComplete = try reader.read(&stream)
        #expect(isComplete)
        let tree = reader.finish(at: .zero)
        for path in ["/", "/a"] as [ZnodePath] {
            let found = tree.znodes.find(path)
            let id = try #require(found)
            #expect(tree.znodes.acl(of: id) == .open)
        }
    }

    @Test func `closes what has an ACL that is not there, until the transaction that brought it comes`()
        throws
    {
        var reader = SnapshotStreamDecoder(seed: 3, recordBytesMax: 4 << 20)
        let later = "00000002 2f61 ffffffff 0000000000000005" + Self.stat
        var stream = ByteBuffer(
            bytes: hex("00000000 00000000" + Self.root + later + "00000001 2f 0000000a 42656e57617348657265"))
        let isComplete = try reader.read(&stream)
        #expect(isComplete)
        var tree = reader.finish(at: .zero)
        let found = tree.znodes.find("/a" as ZnodePath)
        let id = try #require(found)
        #expect(tree.acl(of: id) == .closed)
        let change = Change.setACL(path: "/a", acl: .readOnly, version: 1)
        var applied: [Applied] = []
        tree.apply(
            Transaction(session: .none, cxid: 0, zxid: Zxid(rawValue: 1), timeMs: 0, change: change),
            into: &applied)
        #expect(tree.acl(of: id) == .readOnly)
    }
}
