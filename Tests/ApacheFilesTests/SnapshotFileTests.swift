import ApacheFiles
import NIOCore
import TestSupport
import Testing
import Vocabulary
import Znodes

/// A snapshot read whole.
private struct Contents {
    var sessions: [(session: SessionID, timeoutMs: Int32)] = []
    var lists: [NumberedACL] = []
    var znodes = PackedZnodes()
    var digest: (zxid: Zxid, value: UInt64)?
    var position: Zxid?

    init(_ file: SnapshotFile) throws {
        var contents = Contents()
        let trailer = try file.read {
            contents.sessions.append(($0, $1))
        } acls: {
            contents.lists.append(NumberedACL(number: $0, acl: $1))
        } znodes: {
            contents.znodes.append($0)
        }
        (contents.digest, contents.position) = (trailer.digest, trailer.position)
        self = contents
    }

    /// - Parameter piece: Bytes that come at a time.
    init(_ bytes: [UInt8], piece: Int) throws {
        var contents = Contents()
        var decoder = SnapshotFileDecoder(name: "stream")
        var stream = ByteBuffer()
        for start in stride(from: 0, to: bytes.count, by: piece) {
            stream.writeBytes(bytes[start..<min(start + piece, bytes.count)])
            try decoder.read(
                &stream, sessions: { contents.sessions.append(($0, $1)) },
                acls: { contents.lists.append(NumberedACL(number: $0, acl: $1)) },
                znodes: { contents.znodes.append($0) })
        }
        let trailer = try decoder.finish(stream)
        (contents.digest, contents.position) = (trailer.digest, trailer.position)
        self = contents
    }

    private init() {}

    var paths: [String] {
        var paths: [String] = []
        znodes.forEach { paths.append("\(ZnodePath($0.path))") }
        return paths
    }

    var sum: UInt64 {
        var digest: UInt64 = 0
        znodes.forEach { digest &+= $0.digest }
        return digest
    }

    var encoded: [UInt8] {
        var encoder = SnapshotFileEncoder()
        var bytes = encoder.head(sessions: sessions, acls: lists)
        bytes.writeImmutableBuffer(encoder.znodes(znodes))
        bytes.writeImmutableBuffer(encoder.end(digest: digest, position: position))
        return Array(buffer: bytes)
    }
}

@Suite struct `A snapshot of Apache's` {
    private static let names = GoldenFiles.all.map(\.name).filter { $0.hasPrefix("snapshot.") }

    private func file(
        _ name: String, _ bytes: [UInt8]
    ) throws -> (file: SnapshotFile, folder: TemporaryFolder) {
        let folder = GoldenFiles.folder([(name, bytes)])
        let file = try #require(try ApacheFolder(dataDir: folder.path).snapshots.first)
        return (file, folder)
    }

    @Test(arguments: names) func `is read, plain and in each compression`(name: String) throws {
        let (file, folder) = try file(name, GoldenFiles.bytes(name))
        defer { _ = folder }
        let contents = try Contents(file)
        #expect(contents.znodes.count == 51)
        #expect(contents.paths.contains("/container") && contents.paths.contains("/plain/same-39"))
        #expect(contents.lists.contains { $0.acl.count == 2 })
        #expect(contents.sum == contents.digest?.value)
    }

    @Test func `is written in the same bytes`() throws {
        let bytes = GoldenFiles.snapshot
        #expect(!bytes.isEmpty)
        #expect(try Contents(bytes, piece: bytes.count).encoded == bytes)
    }

    @Test(arguments: [7, 4096]) func `may come in pieces`(piece: Int) throws {
        let bytes = GoldenFiles.snapshot
        #expect(try Contents(bytes, piece: piece).encoded == bytes)
    }

    @Test func `has its position behind the digest since 3.9`() throws {
        var contents = try Contents(GoldenFiles.snapshot, piece: 4096)
        for digest in [contents.digest, nil] {
            var encoder = SnapshotFileEncoder()
            var bytes = encoder.head(sessions: contents.sessions, acls: contents.lists)
            bytes.writeImmutableBuffer(encoder.znodes(contents.znodes))
            bytes.writeImmutableBuffer(encoder.end(digest: digest, position: Zxid(rawValue: 0x35)))
            contents = try Contents(Array(buffer: bytes), piece: 100)
            #expect(contents.position == Zxid(rawValue: 0x35))
            #expect(contents.digest?.value == digest?.value)
        }
    }

    @Test func `is not believed with a changed byte`() throws {
        let bytes = GoldenFiles.snapshot
        for place in stride(from: 0, to: bytes.count, by: 41) where !(8..<16).contains(place) {
            var damaged = bytes
            damaged[place] ^= 0x10
            #expect(throws: ApacheFileError.self) { _ = try Contents(damaged, piece: bytes.count) }
        }
    }

    @Test func `is not believed when its end is missing`() throws {
        let bytes = GoldenFiles.snapshot
        // Writers that have no digest end where the digest would begin.
        let undigested = bytes.count - 33
        for end in stride(from: 0, to: bytes.count, by: 43) where end != undigested {
            let cut = Array(bytes[..<end])
            #expect(throws: ApacheFileError.self) { _ = try Contents(cut, piece: bytes.count) }
        }
        #expect(try Contents(Array(bytes[..<undigested]), piece: bytes.count).digest == nil)
    }

    @Test(arguments: names.filter { !$0.hasSuffix("34") })
    func `is refused where its compression is damaged`(name: String) throws {
        let bytes = GoldenFiles.bytes(name)
        let (intact, folder) = try file(name, bytes)
        defer { _ = folder }
        let sound = try Contents(intact).encoded
        for end in stride(from: 0, to: bytes.count, by: 61) {
            let (file, folder) = try file(name, Array(bytes[..<end]))
            defer { _ = folder }
            #expect(throws: ApacheFileError.self) { _ = try Contents(file) }
        }
        for place in stride(from: 16, to: bytes.count, by: 37) {
            var damaged = bytes
            damaged[place] ^= 0x41
            let (file, folder) = try file(name, damaged)
            defer { _ = folder }
            // A copy of other bytes that are the same is no damage.
            if let contents = try? Contents(file) { #expect(contents.encoded == sound) }
        }
    }

    @Test func `is not another file with its name`() throws {
        for name in ["snapshot.36.gz", "snapshot.38.snappy"] {
            let (file, folder) = try file(name, GoldenFiles.snapshot)
            defer { _ = folder }
            #expect(throws: ApacheFileError.self) { _ = try Contents(file) }
        }
        #expect(throws: ApacheFileError.self) { _ = try Contents(GoldenFiles.log, piece: 4096) }
    }
}
