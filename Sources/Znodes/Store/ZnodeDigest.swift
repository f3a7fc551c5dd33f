package import Vocabulary

/// A znode's part in the digest of the tree: Apache's algorithm, version 2 (quorum protocol 9).
///
/// CRC-32 over path, data and stat. What precedes the stat is kept per znode as a register, so that a change
/// of stat alone, which every child brings to its parent, costs 60 bytes and not the whole data.
enum ZnodeDigest {
    /// The register after path and data.
    static func content(path: RawSpan, data: RawSpan) -> UInt32 {
        var crc = CRC32()
        if !isRoot(path) { crc.feed(path) }
        crc.feed(data)
        return crc.register
    }

    static func of(content: UInt32, stat: StoredStat) -> UInt64 {
        var crc = CRC32(register: content)
        crc.feed(UInt64(bitPattern: stat.czxid.rawValue))
        crc.feed(UInt64(bitPattern: stat.mzxid.rawValue))
        crc.feed(UInt64(bitPattern: stat.pzxid.rawValue))
        crc.feed(UInt64(bitPattern: stat.ctime))
        crc.feed(UInt64(bitPattern: stat.mtime))
        crc.feed(UInt32(bitPattern: stat.version))
        crc.feed(UInt32(bitPattern: stat.cversion))
        crc.feed(UInt32(bitPattern: stat.aversion))
        crc.feed(UInt64(bitPattern: stat.ephemeralOwner))
        return UInt64(crc.value)
    }

    /// The part of the znode at `path`, from its register.
    static func of(path: ZnodePath, register: UInt32, stat: StoredStat) -> UInt64 {
        isUncounted(path) ? 0 : of(content: register, stat: stat)
    }

    static func content(path: ZnodePath, data: [UInt8]?) -> UInt32 {
        guard let data else { return content(path: path.bytes.span.bytes, data: [UInt8]().span.bytes) }
        return content(path: path.bytes.span.bytes, data: data.span.bytes)
    }

    /// Znodes below `/zookeeper` differ from server to server and are left out.
    static func isUncounted(_ path: ZnodePath) -> Bool { path.bytes.withUnsafeBytes { isUncounted($0) } }

    static func isUncounted(_ path: UnsafeRawBufferPointer) -> Bool {
        path.count > uncounted.count && path.starts(with: uncounted)
    }

    private static let uncounted = Array("/zookeeper/".utf8)

    private static func isRoot(_ path: RawSpan) -> Bool {
        path.byteCount == 1 && path.unsafeLoad(as: UInt8.self) == UInt8(ascii: "/")
    }
}

extension ZnodeRow {
    /// The znode's part in the digest of its tree, which is the sum of these.
    package var digest: UInt64 {
        if path.withUnsafeBytes({ ZnodeDigest.isUncounted($0) }) { return 0 }
        return ZnodeDigest.of(content: ZnodeDigest.content(path: path, data: data), stat: stat)
    }
}
