package import Vocabulary

/// Znodes of a snapshot one behind the other in one piece of memory, on their way to a disk.
///
/// ```
/// each: czxid 8 · mzxid 8 · pzxid 8 · ctime 8 · mtime 8 · owner 8 · list 8 · version 4 · cversion 4 ·
///   aversion 4 · path bytes 4 · data bytes 4 (-1: null) · path · data
/// ```
/// Numbers are this machine's: the bytes never leave the process.
package struct PackedZnodes: Equatable, Sendable {
    private var bytes: [UInt8] = []
    /// Znodes in here.
    package private(set) var count = 0

    fileprivate static let headBytes = 76

    package init() {}

    /// The znodes of all `pages`, every parent before its children.
    package init(inOrderOfPaths pages: [PackedZnodes]) {
        var places: [(path: [UInt8], page: Int, offset: Int)] = []
        for (index, page) in pages.enumerated() {
            var offset = 0
            page.forEach { znode in
                places.append((znode.path.withUnsafeBytes { Array($0) }, index, offset))
                offset += znode.byteCount
            }
        }
        places.sort { $0.path.lexicographicallyPrecedes($1.path) }
        for place in places {
            pages[place.page].bytes.withUnsafeBytes { bytes in
                let length = PackedZnode(bytes, at: place.offset).byteCount
                self.bytes.append(contentsOf: bytes[place.offset..<(place.offset + length)])
            }
        }
        count = places.count
    }

    package var isEmpty: Bool { count == 0 }
    package var byteCount: Int { bytes.count }

    mutating func reserve(_ byteCount: Int) { bytes.reserveCapacity(byteCount) }

    /// Adds one znode; `fill` writes its path into memory of exactly `pathLength` bytes.
    @inline(__always)
    mutating func append(
        _ stat: StoredStat, list: Int64, data: UnsafeRawBufferPointer?, pathLength: Int,
        fill: (UnsafeMutableRawBufferPointer) -> Void
    ) {
        let start = bytes.count
        let pathStart = start + PackedZnodes.headBytes
        let dataStart = pathStart + pathLength
        let end = dataStart + (data?.count ?? 0)
        bytes.append(contentsOf: repeatElement(0, count: end - start))
        bytes.withUnsafeMutableBytes { bytes in
            func store(_ value: some BitwiseCopyable, _ offset: Int) {
                bytes.storeBytes(of: value, toByteOffset: start + offset, as: type(of: value))
            }
            store(stat.czxid.rawValue, 0)
            store(stat.mzxid.rawValue, 8)
            store(stat.pzxid.rawValue, 16)
            store(stat.ctime, 24)
            store(stat.mtime, 32)
            store(stat.ephemeralOwner, 40)
            store(list, 48)
            store(stat.version, 56)
            store(stat.cversion, 60)
            store(stat.aversion, 64)
            store(Int32(pathLength), 68)
            store(Int32(data?.count ?? -1), 72)
            fill(UnsafeMutableRawBufferPointer(rebasing: bytes[pathStart..<dataStart]))
            if let data {
                UnsafeMutableRawBufferPointer(rebasing: bytes[dataStart..<end]).copyMemory(from: data)
            }
        }
        count += 1
    }

    package mutating func append(
        _ path: RawSpan, data: RawSpan, isNull: Bool, list: Int64, stat: StoredStat
    ) {
        path.withUnsafeBytes { path in
            data.withUnsafeBytes { data in
                append(stat, list: list, data: isNull ? nil : data, pathLength: path.count) {
                    $0.copyMemory(from: path)
                }
            }
        }
    }

    /// Hands over every znode, in the order they were added. The root's path is `/`.
    package func forEach<Failure: Error>(
        _ body: (PackedZnode) throws(Failure) -> Void
    ) throws(Failure) {
        try bytes.span.bytes.withUnsafeBytes { bytes throws(Failure) in
            var start = 0
            while start < bytes.count {
                let znode = PackedZnode(bytes, at: start)
                try body(znode)
                start += znode.byteCount
            }
        }
    }
}

/// One znode of a `PackedZnodes`, whose memory it is in: not to be kept.
package struct PackedZnode {
    package let stat: StoredStat
    /// The number of its access control list in the same snapshot.
    package let list: Int64
    private let pathBytes: UnsafeRawBufferPointer
    private let dataBytes: UnsafeRawBufferPointer
    package let hasNullData: Bool

    fileprivate init(_ bytes: UnsafeRawBufferPointer, at start: Int) {
        func int64(_ offset: Int) -> Int64 {
            bytes.loadUnaligned(fromByteOffset: start + offset, as: Int64.self)
        }
        func int32(_ offset: Int) -> Int32 {
            bytes.loadUnaligned(fromByteOffset: start + offset, as: Int32.self)
        }
        stat = StoredStat(
            czxid: Zxid(rawValue: int64(0)), mzxid: Zxid(rawValue: int64(8)),
            pzxid: Zxid(rawValue: int64(16)), ctime: int64(24), mtime: int64(32), version: int32(56),
            cversion: int32(60), aversion: int32(64), ephemeralOwner: int64(40))
        list = int64(48)
        let pathStart = start + PackedZnodes.headBytes
        let dataStart = pathStart + Int(int32(68))
        let dataLength = Int(int32(72))
        hasNullData = dataLength < 0
        pathBytes = UnsafeRawBufferPointer(rebasing: bytes[pathStart..<dataStart])
        dataBytes = UnsafeRawBufferPointer(rebasing: bytes[dataStart..<(dataStart + max(0, dataLength))])
    }

    package var path: RawSpan {
        @_lifetime(borrow self) get {
            unsafe _overrideLifetime(RawSpan(_unsafeBytes: pathBytes), borrowing: self)
        }
    }

    /// Empty for null as well.
    package var data: RawSpan {
        @_lifetime(borrow self) get {
            unsafe _overrideLifetime(RawSpan(_unsafeBytes: dataBytes), borrowing: self)
        }
    }

    fileprivate var byteCount: Int { PackedZnodes.headBytes + pathBytes.count + dataBytes.count }
}
