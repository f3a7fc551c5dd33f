package import NIOCore
package import Vocabulary
internal import Wire

/// Reads a snapshot in the bytes of Apache's files, fed with whatever of it has come (quorum protocol 7).
///
/// Nothing is to be believed before `finish` has returned: the checksum stands at the end. Whole elements are
/// taken, so that what waits is never more than one of them.
package struct SnapshotFileDecoder: ~Copyable {
    private enum Stage: Equatable {
        case header
        case sessionCount
        case sessions(left: Int32)
        case listCount
        case lists(left: Int32)
        case znodes
        case seal
        /// The digest, or where its writer had that switched off the position.
        case digest
        case digestSeal
        case position
        case positionSeal
        case complete
    }

    /// The words of a snapshot on itself, behind the znodes.
    package struct Trailer: Equatable, Sendable {
        /// The tree's digest when the writing ended, and the last transaction that was in it then.
        package fileprivate(set) var digest: (zxid: Zxid, value: UInt64)?
        /// The last transaction that was in the tree when the writing ended; since 3.9.
        package fileprivate(set) var position: Zxid?

        package static func == (left: Trailer, right: Trailer) -> Bool {
            left.digest?.zxid == right.digest?.zxid && left.digest?.value == right.digest?.value
                && left.position == right.position
        }
    }

    private let name: String
    private let recordBytesMax: Int
    private var stage = Stage.header
    private var sum = Adler32()
    /// Bytes taken so far.
    private var offset: Int64 = 0
    private var knownLists: Set<Int64> = [SnapshotFormat.openACL]
    private var trailer = Trailer()

    /// - Parameters:
    ///   - name: What errors call it.
    ///   - recordBytesMax: What a path, data or a text may hold; more is refused before it has come.
    package init(name: String, recordBytesMax: Int = SnapshotFileDecoder.recordBytesMax) {
        self.name = name
        self.recordBytesMax = recordBytesMax
    }

    /// More than any server takes from a client.
    package static let recordBytesMax = 64 << 20

    /// Takes from the front of `stream` what is there in full, and hands it over: all sessions, then access
    /// control lists, then znodes, every parent before its children.
    ///
    /// A list that znodes name and that is not there came up while the tree was written, and the transaction
    /// that brought it is in the log: it is handed over as one that is closed to everybody, before its znode.
    package mutating func read(
        _ stream: inout ByteBuffer,
        sessions: (SessionID, _ timeoutMs: Int32) throws -> Void,
        acls: (_ id: Int64, ACL) throws -> Void,
        znodes: (ZnodeRow) throws -> Void
    ) throws {
        var taken = 0
        do {
            let bytes = stream.readableBytesSpan
            var reader = JuteReader(bytes)
            while stage != .complete {
                try readElement(&reader, sessions, acls, znodes)
                sum.feed(bytes.extracting(taken..<reader.offset))
                taken = reader.offset
            }
            // Later versions may have more to say.
            taken = bytes.byteCount
        } catch let error as DecodingError {
            guard case .truncated = error else { throw damaged("\(error)", after: taken) }
        }
        offset += Int64(taken)
        stream.moveReaderIndex(forwardBy: taken)
    }

    /// Says that nothing follows.
    ///
    /// - Throws: `unfinished` when that is not the end of a snapshot.
    package consuming func finish(_ rest: ByteBuffer) throws -> Trailer {
        let isWhole =
            switch stage {
            case .digest, .position: rest.readableBytes == 0
            case .complete: true
            default: false
            }
        guard isWhole else {
            throw ApacheFileError(
                .unfinished, name, at: offset, "the snapshot ends before it is complete (\(stage))")
        }
        return trailer
    }

    // MARK: Elements

    /// Changes nothing unless the element is there in full.
    private mutating func readElement(
        _ reader: inout JuteReader,
        _ sessions: (SessionID, Int32) throws -> Void, _ acls: (Int64, ACL) throws -> Void,
        _ znodes: (ZnodeRow) throws -> Void
    ) throws {
        switch stage {
        case .header: try readHeader(&reader)
        case .sessionCount: stage = .sessions(left: try count(&reader))
        case .sessions(left: 0): stage = .listCount
        case .sessions(let left):
            let session = SessionID(rawValue: try reader.int64())
            try sessions(session, try reader.int32())
            stage = .sessions(left: left - 1)
        case .listCount: stage = .lists(left: try count(&reader))
        case .lists(left: 0): stage = .znodes
        case .lists(let left):
            try readList(&reader, acls)
            stage = .lists(left: left - 1)
        case .znodes: try readZnode(&reader, acls, znodes)
        case .seal: try readSeal(&reader, before: .digest)
        case .digest: try readDigest(&reader)
        case .digestSeal: try readSeal(&reader, before: .position)
        case .position:
            trailer.position = Zxid(rawValue: try reader.int64())
            stage = .positionSeal
        case .positionSeal: try readSeal(&reader, before: .complete)
        case .complete: break
        }
    }

    private mutating func readHeader(_ reader: inout JuteReader) throws {
        let header = try FileHeader(decoding: &reader)
        guard header.magic == FileHeader.snapshot.magic else {
            throw damaged("this is no snapshot of Apache ZooKeeper's: it does not begin with ZKSN", after: 0)
        }
        guard header.version == FileHeader.version else {
            throw ApacheFileError(
                .unsupported, name, at: 4, "snapshots of version \(header.version) are not known")
        }
        stage = .sessionCount
    }

    private func count(_ reader: inout JuteReader) throws(DecodingError) -> Int32 {
        let count = try reader.int32()
        guard count >= 0 else { throw .negativeLength(count) }
        return count
    }

    private mutating func readList(
        _ reader: inout JuteReader, _ acls: (Int64, ACL) throws -> Void
    ) throws {
        let id = try reader.int64()
        let count = try reader.int32()
        guard count >= 0 else { throw DecodingError.negativeLength(count) }
        guard Int(count) <= recordBytesMax / 12 else {
            throw DecodingError.implausibleCount(count, available: recordBytesMax)
        }
        var acl: ACL = []
        for _ in 0..<count { acl.append(try entry(&reader)) }
        guard knownLists.insert(id).inserted else { throw DecodingError.unexpectedACL(id) }
        try acls(id, acl)
    }

    private func entry(_ reader: inout JuteReader) throws(DecodingError) -> ACLEntry {
        let permissions = Permissions(rawValue: try reader.int32())
        return ACLEntry(
            permissions: permissions,
            identity: Identity(scheme: try text(&reader), id: try text(&reader)))
    }

    private func text(_ reader: inout JuteReader) throws(DecodingError) -> ByteString {
        guard let bytes = try reader.slice(max: recordBytesMax) else { throw .unexpectedNull }
        return ByteString(bytes.withUnsafeBytes { Array($0) })
    }

    /// The path `/` stands behind the last znode; the root's own is empty.
    private mutating func readZnode(
        _ reader: inout JuteReader, _ acls: (Int64, ACL) throws -> Void, _ znodes: (ZnodeRow) throws -> Void
    ) throws {
        guard let path = try reader.slice(max: recordBytesMax) else { throw DecodingError.unexpectedNull }
        if path.byteCount == 1, path.unsafeLoad(as: UInt8.self) == UInt8(ascii: "/") {
            stage = .seal
            return
        }
        var hasNullData = true
        var data = path.extracting(first: 0)
        if let bytes = try reader.slice(max: recordBytesMax) {
            hasNullData = false
            data = bytes
        }
        let list = try reader.int64()
        let stat = try StoredStat(decoding: &reader)
        if knownLists.insert(list).inserted { try acls(list, .closed) }
        let root = ZnodePath.root.bytes
        try znodes(
            ZnodeRow(
                path: path.byteCount == 0 ? root.span.bytes : path, data: data, hasNullData: hasNullData,
                list: list, stat: stat))
    }

    private mutating func readSeal(_ reader: inout JuteReader, before next: Stage) throws {
        let expected = sum.value
        let stored = try reader.int64()
        guard let end = try reader.slice(max: 1), end.byteCount == 1 else {
            throw damaged("the end of a checksum is missing", after: reader.offset)
        }
        guard stored == expected else {
            throw damaged("the checksum is not that of what stands before it", after: reader.offset)
        }
        stage = next
    }

    private mutating func readDigest(_ reader: inout JuteReader) throws {
        let zxid = Zxid(rawValue: try reader.int64())
        var attempt = reader
        let version = try attempt.int32()
        if version == 0 {
            // The upper half of a checksum: what was read is the position.
            trailer.position = zxid
            stage = .positionSeal
            return
        }
        reader = attempt
        if version < SnapshotFileDecoder.digestVersion {
            _ = try text(&reader)
        } else {
            let value = UInt64(bitPattern: try reader.int64())
            if zxid > .zero, version == SnapshotFileDecoder.digestVersion { trailer.digest = (zxid, value) }
        }
        stage = .digestSeal
    }

    static let digestVersion: Int32 = 2

    private func damaged(_ reason: String, after taken: Int) -> ApacheFileError {
        ApacheFileError(.damaged, name, at: offset + Int64(taken), reason)
    }
}
