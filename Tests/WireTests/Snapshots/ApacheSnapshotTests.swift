import Foundation
import NIOCore
import Testing
import Vocabulary
import Wire
import Znodes

/// A file that Apache ZooKeeper 3.8.0 wrote (quorum protocol 7).
@Suite struct `A snapshot of Apache's` {
    private static let headerBytes = 16
    private static let sealBytes = 13
    private static let digestBytes = 20

    private let file: [UInt8]
    /// As it would come behind SNAP.
    private let body: [UInt8]
    private let digest: UInt64

    init() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Golden/snapshot.hex")
        let words = try String(contentsOf: path, encoding: .utf8).split { $0 == " " || $0 == "\n" }
        file = hex(try #require(words.last))
        let trailer = Self.digestBytes + 2 * Self.sealBytes
        body = file[Self.headerBytes..<(file.count - trailer)] + Array("\0\0\0\nBenWasHere".utf8)
        digest = file.dropLast(Self.sealBytes).suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    @Test func `is the tree that Apache had, by its own digest`() throws {
        var reader = SnapshotStreamDecoder(seed: 5, recordBytesMax: 4 << 20)
        var stream = ByteBuffer(bytes: body)
        let isComplete = try reader.read(&stream)
        #expect(isComplete && stream.readableBytes == 0)
        let session = try #require(reader.sessions.first?.session)
        #expect(reader.sessions.count == 1 && reader.sessions[0].timeoutMs == 10_000)
        let tree = reader.finish(at: Zxid(rawValue: 0x12))
        #expect(tree.digest == digest)
        #expect(tree.ephemerals(of: session) == ["/e"] && tree.ephemeralCount == 1)
        let outlived = tree.sweepCandidates(among: tree.sweepablePlaces, wallMs: .max, neverUsedMs: 1)
        #expect(outlived == ["/c", "/t"])
        #expect(Self.text("/a", of: tree) == "w" && Self.text("/ünï", of: tree) == "z")
        #expect(Self.text("/zookeeper/quota/a/zookeeper_stats", of: tree) == "count=3,bytes=3")
        #expect(Self.schemes("/acl", of: tree) == ["digest"])
        #expect(Self.schemes("/acl2", of: tree) == ["ip", "world"])
    }

    /// Its znodes stay in order; only the numbers of its ACLs are others, and the open one has none.
    @Test func `is written again without the list for everyone that Apache numbered`() throws {
        var reader = SnapshotStreamDecoder(seed: 5, recordBytesMax: 4 << 20)
        var stream = ByteBuffer(bytes: body)
        let isComplete = try reader.read(&stream)
        #expect(isComplete)
        let sessions = reader.sessions
        let tree = reader.finish(at: Zxid(rawValue: 0x12))
        let openListBytes = 8 + 4 + 4 + 4 + "world".count + 4 + "anyone".count
        #expect(Snapshots.bytes(of: tree, sessions: sessions).count == body.count - openListBytes)
    }

    private static func schemes(_ path: ZnodePath, of tree: borrowing Tree) -> [ByteString] {
        tree.znodes.find(path).map { tree.acl(of: $0).map(\.identity.scheme) } ?? []
    }

    private static func text(_ path: ZnodePath, of tree: borrowing Tree) -> String? {
        let data = tree.znodes.find(path).flatMap { tree.znodes.dataBytes(of: $0) }
        return data.map { String(decoding: $0, as: UTF8.self) }
    }
}
