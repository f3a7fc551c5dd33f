import NIOCore
import SeededRandom
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `A snapshot` {
    /// What is read is written again in as many bytes: access control lists may have other numbers.
    private static func expectReading(
        _ tree: borrowing Tree, in slices: [ArraySlice<UInt8>], of bytes: [UInt8]
    ) throws {
        var reader = SnapshotStreamDecoder(seed: 99, recordBytesMax: 4 << 20)
        var stream = ByteBuffer()
        for (index, slice) in slices.enumerated() {
            stream.writeBytes(slice)
            let isComplete = try reader.read(&stream)
            #expect(isComplete == (index == slices.count - 1))
            stream.discardReadBytes()
        }
        #expect(stream.readableBytes == 0)
        let sessions = reader.sessions
        let copy = reader.finish(at: tree.lastZxid)
        #expect(Snapshots.indexes(of: copy) == Snapshots.indexes(of: tree))
        #expect(Snapshots.lists(of: copy) == Snapshots.lists(of: tree))
        #expect(Snapshots.bytes(of: copy, sessions: sessions).count == bytes.count)
    }

    @Test func `of every kind of znode is read as it was, whole and byte by byte`() throws {
        let tree = Snapshots.everyKind()
        let bytes = Snapshots.bytes(of: tree)
        try Self.expectReading(tree, in: [bytes[...]], of: bytes)
        try Self.expectReading(tree, in: bytes.indices.map { bytes[$0...$0] }, of: bytes)
        #expect(tree.ephemeralCount == 2)
        let outlived = tree.sweepCandidates(among: tree.sweepablePlaces, wallMs: 1 << 40, neverUsedMs: 0)
        #expect(outlived == ["/c", "/t"])
    }

    @Test func `of an empty tree is read as it was`() throws {
        let tree = Tree(seed: 4)
        let bytes = Snapshots.bytes(of: tree)
        try Self.expectReading(tree, in: [bytes[...]], of: bytes)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `of many znodes is read as it was, in any slices`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var tree = Tree(seed: seed)
        var parents: [ZnodePath] = [.root]
        for number in 0..<20_000 {
            let parent = parents[Int.random(in: 0..<parents.count, using: &random)]
            let path = parent.appending("n\(number)".utf8)
            if random.isOneIn(10) { parents.append(path) }
            let data = String(repeating: "d", count: Int.random(in: 0..<50, using: &random))
            Snapshots.create(
                path, random.isOneIn(9) ? nil : data, acl: random.isOneIn(3) ? Snapshots.user : .open,
                in: &tree)
        }
        let bytes = Snapshots.bytes(of: tree)
        var slices: [ArraySlice<UInt8>] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 1..<4000, using: &random))
            slices.append(bytes[start..<end])
            start = end
        }
        try Self.expectReading(tree, in: slices, of: bytes)
    }

    @Test func `of a path very deep is read as it was`() throws {
        var tree = Tree(seed: 1)
        var path = ZnodePath("")
        for depth in 0...1500 {
            let stat = StoredStat(version: Int32(depth))
            let isTaken = tree.restore(StoredZnode(path: path, data: nil, acl: .open, stat: stat))
            #expect(isTaken)
            path = path.appending("d".utf8)
        }
        let bytes = Snapshots.bytes(of: tree)
        try Self.expectReading(tree, in: [bytes[...]], of: bytes)
    }

    @Test(arguments: [1, 100, 200, 500])
    func `is the same in pieces of any length`(pageBytes: Int) {
        let tree = Snapshots.everyKind()
        #expect(Snapshots.bytes(of: tree, pageBytes: pageBytes) == Snapshots.bytes(of: tree))
    }

    @Test func `leaves what stands behind it`() throws {
        let bytes = Snapshots.bytes(of: Snapshots.everyKind())
        var reader = SnapshotStreamDecoder(seed: 1, recordBytesMax: 4 << 20)
        var stream = ByteBuffer(bytes: bytes + [1, 2, 3])
        for _ in 0..<2 {
            let isComplete = try reader.read(&stream)
            #expect(isComplete && Array(stream.readableBytesView) == [1, 2, 3])
        }
    }

    @Test func `is in the bytes that Apache's servers read`() throws {
        var tree = Tree(seed: 1)
        let acl = [ACLEntry(permissions: .all, identity: Identity(scheme: "digest", id: "u:h"))]
        Snapshots.create("/a", "hi", acl: acl, in: &tree)
        let zeroes = String(repeating: "0", count: 120)
        let golden = hex(
            """
            00000001 00000000000000aa 00007530
            00000002
            0000000000000001 00000001 00000001 00000005 776f726c64 00000006 616e796f6e65
            0000000000000002 00000001 0000001f 00000006 646967657374 00000003 753a68
            00000000 00000000 ffffffffffffffff
              0000000000000000 0000000000000000 0000000000000000 0000000000000000
              00000000 00000001 00000000 0000000000000000 0000000100000001
            0000000a 2f7a6f6f6b6565706572 00000000 ffffffffffffffff \(zeroes)
            00000010 2f7a6f6f6b65657065722f71756f7461 00000000 ffffffffffffffff \(zeroes)
            00000011 2f7a6f6f6b65657065722f636f6e666967 00000000 0000000000000001
              0000000000000000 0000000000000000 0000000000000000 0000000000000000
              00000000 00000000 ffffffff 0000000000000000 0000000000000000
            00000002 2f61 00000002 6869 0000000000000002
              0000000100000001 0000000100000001 0000000000000064 0000000000000064
              00000000 00000000 00000000 0000000000000000 0000000100000001
            00000001 2f 0000000a 42656e5761734865 7265
            """)
        #expect(hex(of: Snapshots.bytes(of: tree, sessions: [Snapshots.sessions[0]])) == hex(of: golden))
        var reader = SnapshotStreamDecoder(seed: 2, recordBytesMax: 4 << 20)
        var stream = ByteBuffer(bytes: golden)
        let isComplete = try reader.read(&stream)
        #expect(isComplete)
        #expect(reader.sessions.map(\.session) == [SessionID(rawValue: 0xaa)])
        #expect(reader.sessions.map(\.timeoutMs) == [30_000])
        let copy = reader.finish(at: Zxid(rawValue: 77))
        let found = copy.znodes.find("/a" as ZnodePath)
        let id = try #require(found)
        #expect(copy.acl(of: id) == acl && copy.digest == tree.digest)
        #expect(copy.lastZxid == Zxid(rawValue: 77))
    }
}
