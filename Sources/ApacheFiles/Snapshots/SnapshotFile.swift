internal import CZlib
internal import NIOCore
package import Vocabulary

/// A snapshot of Apache's on the disk, plain or compressed.
package struct SnapshotFile: Equatable, Sendable {
    package enum Compression: String, Sendable {
        case none = ""
        case gzip = ".gz"
        case snappy = ".snappy"
    }

    package let path: String
    /// The last transaction that is in it for certain, by its name; some later ones may be, in part.
    package let zxid: Zxid
    package let compression: Compression

    /// - Returns: nil when the name is no snapshot's.
    package init?(named name: String, in folder: String) {
        for compression in [Compression.gzip, .snappy, .none] where name.hasSuffix(compression.rawValue) {
            let stem = name.dropLast(compression.rawValue.count)
            guard let zxid = Zxid(ofFile: stem, behind: "snapshot.") else { return nil }
            self.zxid = zxid
            self.compression = compression
            path = folder + "/" + name
            return
        }
        return nil
    }

    /// Hands over what the file holds, as `SnapshotFileDecoder.read` does.
    ///
    /// - Throws: `ApacheFileError` when it is not sound, and what was handed over must be thrown away.
    ///   Whatever the closures throw.
    package func read(
        sessions: (SessionID, _ timeoutMs: Int32) throws -> Void,
        acls: (_ id: Int64, ACL) throws -> Void,
        znodes: (ZnodeRow) throws -> Void
    ) throws -> SnapshotFileDecoder.Trailer {
        var decoder = SnapshotFileDecoder(name: path)
        var stream = ByteBuffer()
        switch compression {
        case .none:
            let file = try FileBytes(path)
            while try file.read(into: &stream) {
                try decoder.read(&stream, sessions: sessions, acls: acls, znodes: znodes)
            }
        case .gzip:
            let file = try GzipFile(path)
            while try file.read(into: &stream) {
                try decoder.read(&stream, sessions: sessions, acls: acls, znodes: znodes)
            }
        case .snappy:
            var file = try SnappyFile(path)
            while try file.read(into: &stream) {
                try decoder.read(&stream, sessions: sessions, acls: acls, znodes: znodes)
            }
        }
        return try decoder.finish(stream)
    }
}

extension Zxid {
    /// The zxid in the name of a file: hexadecimal digits behind a prefix.
    init?(ofFile name: some StringProtocol, behind prefix: String) {
        guard name.hasPrefix(prefix), let bits = UInt64(name.dropFirst(prefix.count), radix: 16),
            name.dropFirst(prefix.count).allSatisfy(\.isHexDigit)
        else { return nil }
        self.init(rawValue: Int64(bitPattern: bits))
    }
}

/// A file that zlib unpacks as it is read.
private struct GzipFile: ~Copyable {
    private let path: String
    private let file: gzFile

    init(_ path: String) throws(ApacheFileError) {
        guard let file = gzopen(path, "rb") else {
            throw ApacheFileError(.io, path, "cannot open the file")
        }
        self.path = path
        self.file = file
    }

    deinit { gzclose(file) }

    func read(into buffer: inout ByteBuffer) throws(ApacheFileError) -> Bool {
        buffer.discardReadBytes()
        let room = FileBytes.pieceBytes
        let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { target in
            max(0, Int(gzread(file, target.baseAddress, UInt32(room))))
        }
        var code: Int32 = 0
        let words = gzerror(file, &code)
        guard code == Z_OK || code == Z_STREAM_END else {
            let isCut = code == Z_BUF_ERROR
            throw ApacheFileError(
                isCut ? .unfinished : .damaged, path, at: Int64(gztell(file)),
                isCut ? "the compressed file ends too early" : words.map { String(cString: $0) } ?? "damaged")
        }
        guard count == 0 || gzdirect(file) == 0 else {
            throw ApacheFileError(.damaged, path, at: 0, "the file is not compressed as its name says")
        }
        return count > 0
    }
}
