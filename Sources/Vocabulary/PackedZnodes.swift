/// Znodes of a snapshot one behind the other in one piece of memory, from the tree to the disk and back: the
/// one format of rows on that way.
///
/// ```
/// each: czxid 8 · mzxid 8 · pzxid 8 · ctime 8 · mtime 8 · owner 8 · list 8 · version 4 · cversion 4 ·
///   aversion 4 · path bytes 4 · data bytes 4 (-1: null) · path · data
/// ```
/// Numbers are this machine's: the bytes never outlive the process.
package struct PackedZnodes: Equatable, Sendable {
    @usableFromInline var bytes: [UInt8] = []
    @usableFromInline var rows = 0

    @inlinable static var headBytes: Int { 76 }

    package init() {}

    /// The znodes of all `pages`, every parent before its children.
    package init(inOrderOfPaths pages: [PackedZnodes]) {
        var all = PackedZnodes()
        for page in pages { all.append(contentsOf: page) }
        self = all.sorted()
    }

    /// Znodes in here.
    package var count: Int { rows }
    package var isEmpty: Bool { rows == 0 }
    package var byteCount: Int { bytes.count }
    /// The rows as they are laid into a file of this process.
    package var contents: [UInt8] { bytes }

    package mutating func reserve(_ byteCount: Int) { bytes.reserveCapacity(byteCount) }

    /// Adds one znode; `fill` writes its path into memory of exactly `pathLength` bytes.
    @inlinable
    @inline(__always)
    package mutating func append(
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
        rows += 1
    }

    package mutating func append(_ znode: ZnodeRow) {
        znode.path.withUnsafeBytes { path in
            znode.data.withUnsafeBytes { data in
                append(
                    znode.stat, list: znode.list, data: znode.hasNullData ? nil : data, pathLength: path.count
                ) { $0.copyMemory(from: path) }
            }
        }
    }

    package mutating func append(contentsOf page: PackedZnodes) {
        bytes.append(contentsOf: page.bytes)
        rows += page.rows
    }

    /// The same znodes in the order of their paths, so that every parent comes before its children.
    package func sorted() -> PackedZnodes {
        var sorted = PackedZnodes()
        sorted.bytes.reserveCapacity(bytes.count)
        sorted.rows = rows
        bytes.withUnsafeBytes { bytes in
            let places = PackedZnodes.places(in: RawSpan(_unsafeBytes: bytes), count: rows)
            let inOrder = places.sorted { left, right in
                let bytes = RawSpan(_unsafeBytes: bytes)
                return ZnodeRow.path(packedIn: bytes, at: left)
                    .precedes(ZnodeRow.path(packedIn: bytes, at: right))
            }
            for place in inOrder {
                let length = ZnodeRow.byteCount(packedIn: RawSpan(_unsafeBytes: bytes), at: place) ?? 0
                sorted.bytes.append(contentsOf: bytes[place..<(place + length)])
            }
        }
        return sorted
    }

    /// Where each row begins.
    private static func places(in bytes: RawSpan, count: Int) -> [Int] {
        var places: [Int] = []
        places.reserveCapacity(count)
        var place = 0
        while let length = ZnodeRow.byteCount(packedIn: bytes, at: place) {
            places.append(place)
            place += length
        }
        return places
    }

    /// Hands over every znode, in the order they were added.
    package func forEach<Failure: Error>(
        _ body: (ZnodeRow) throws(Failure) -> Void
    ) throws(Failure) {
        let bytes = bytes.span.bytes
        var place = 0
        while let length = ZnodeRow.byteCount(packedIn: bytes, at: place) {
            try body(ZnodeRow(packedIn: bytes, at: place))
            place += length
        }
    }
}

// MARK: Rows in memory that they were laid into and read from again

extension ZnodeRow {
    /// The row that begins at `start`, which is there in full.
    @_lifetime(copy bytes)
    package init(packedIn bytes: RawSpan, at start: Int) {
        let dataLength = bytes.int32(start + 72)
        let pathStart = start + PackedZnodes.headBytes
        let dataStart = pathStart + Int(bytes.int32(start + 68))
        self.init(
            path: bytes.extracting(pathStart..<dataStart),
            data: bytes.extracting(dataStart..<(dataStart + max(0, Int(dataLength)))),
            hasNullData: dataLength < 0, list: bytes.int64(start + 48),
            stat: StoredStat(
                czxid: Zxid(rawValue: bytes.int64(start)), mzxid: Zxid(rawValue: bytes.int64(start + 8)),
                pzxid: Zxid(rawValue: bytes.int64(start + 16)), ctime: bytes.int64(start + 24),
                mtime: bytes.int64(start + 32), version: bytes.int32(start + 56),
                cversion: bytes.int32(start + 60), aversion: bytes.int32(start + 64),
                ephemeralOwner: bytes.int64(start + 40)))
    }

    /// The row's path alone.
    @_lifetime(copy bytes)
    package static func path(packedIn bytes: RawSpan, at start: Int) -> RawSpan {
        let pathStart = start + PackedZnodes.headBytes
        return bytes.extracting(pathStart..<(pathStart + Int(bytes.int32(start + 68))))
    }

    /// Bytes that the row that begins at `start` takes in all; nil where not even that can be read.
    package static func byteCount(packedIn bytes: RawSpan, at start: Int) -> Int? {
        guard bytes.byteCount - start >= PackedZnodes.headBytes else { return nil }
        return PackedZnodes.headBytes + Int(bytes.int32(start + 68)) + max(0, Int(bytes.int32(start + 72)))
    }

    /// Bytes that have to be there before `byteCount` can be told.
    package static var packedHeadBytes: Int { PackedZnodes.headBytes }
}

extension RawSpan {
    fileprivate func int64(_ offset: Int) -> Int64 {
        unsafeLoadUnaligned(fromByteOffset: offset, as: Int64.self)
    }

    fileprivate func int32(_ offset: Int) -> Int32 {
        unsafeLoadUnaligned(fromByteOffset: offset, as: Int32.self)
    }
}
