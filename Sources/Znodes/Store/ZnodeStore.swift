package import Vocabulary

/// Names a znode while it exists; reused afterwards.
package struct ZnodeID: Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package static let root = ZnodeID(rawValue: 0)
}

/// The znodes themselves, without rules: an arena of records, found by path.
///
/// Owns all memory of names and data. Records live in chunks that never move; a znode costs its record, one
/// block for name and data, a slot in the table and a place among its parent's children. Reading allocates
/// nothing and counts no references. Using an id after `remove` is a mistake of the caller's.
package struct ZnodeStore: ~Copyable {
    static let chunkBits: UInt32 = 12
    private static let none = UInt32.max

    var chunks: UnsafeMutablePointer<UnsafeMutablePointer<ZnodeRecord>>
    private var chunkCount = 0
    private var chunkCapacity = 16
    private(set) var used: UInt32 = 0
    private var firstFree = ZnodeStore.none
    private var table = NameTable()
    private let hash: NameHash
    /// Snapshots of the znodes that are being taken, each of a moment of its own.
    var captures: [Capture] = []
    /// The one that was begun last.
    var lastCapture = CaptureID(rawValue: 0)

    /// Znodes, the root included.
    package private(set) var count = 0
    /// Bytes of all paths and all data.
    package private(set) var dataSize = 0

    package init(seed: UInt64) {
        hash = NameHash(seed: seed)
        chunks = .allocate(capacity: chunkCapacity)
        let root = makeRecord()
        let record = ZnodeRecord(
            stat: StoredStat(), parent: ZnodeStore.none, place: 0, acl: .open,
            content: ZnodeDigest.content(path: [UInt8]().span.bytes, data: [UInt8]().span.bytes),
            nameLength: 0, dataLength: 0)
        self.record(root).initialize(to: record)
        count = 1
    }

    deinit {
        for index in 0..<used {
            let record =
                chunks[Int(index >> ZnodeStore.chunkBits)] + Int(index & (1 << ZnodeStore.chunkBits - 1))
            if record.pointee.acl != .free { record.pointee.release() }
        }
        for index in 0..<chunkCount { chunks[index].deallocate() }
        chunks.deallocate()
    }

    @inline(__always)
    func record(_ id: UInt32) -> UnsafeMutablePointer<ZnodeRecord> {
        assert(id < used, "a znode's id comes from this store")
        return chunks[Int(id >> ZnodeStore.chunkBits)] + Int(id & (1 << ZnodeStore.chunkBits - 1))
    }

    // MARK: Finding

    package func find(_ path: ZnodePath) -> ZnodeID? {
        path.bytes.withUnsafeBytes { find($0) }
    }

    /// The znode at `path`; `""` and `/` are the root, what is no path is nothing.
    package func find(_ path: RawSpan) -> ZnodeID? {
        path.withUnsafeBytes { find($0) }
    }

    @inline(__always)
    private func find(_ path: UnsafeRawBufferPointer) -> ZnodeID? {
        let slash = UInt8(ascii: "/")
        guard let first = path.first else { return .root }
        guard first == slash else { return nil }
        if path.count == 1 { return .root }
        guard path[path.count - 1] != slash else { return nil }
        guard let chain = validChain(of: path) else { return nil }
        return table.find(chain) { isPath(path, of: $0) }.map(ZnodeID.init(rawValue:))
    }

    /// Whether `path` is the path of `id`: name by name, upwards.
    @inline(__always)
    private func isPath(_ path: UnsafeRawBufferPointer, of id: UInt32) -> Bool {
        var end = path.count
        var current = id
        while current != ZnodeID.root.rawValue {
            let name = record(current).pointee.name
            let start = end - name.count
            guard start >= 1, path[start - 1] == UInt8(ascii: "/") else { return false }
            guard UnsafeRawBufferPointer(rebasing: path[start..<end]).isEqual(to: name) else { return false }
            end = start - 1
            current = record(current).pointee.parent
        }
        return end == 0
    }

    /// The chained hash of a path that begins with a slash; nil where a name is empty.
    @inline(__always)
    private func validChain(of path: UnsafeRawBufferPointer) -> UInt64? {
        let slash = UInt8(ascii: "/")
        var chain = hash.root
        var start = 1
        var end = 1
        while end <= path.count {
            if end == path.count || path[end] == slash {
                if end == start { return nil }
                chain = hash.child(UnsafeRawBufferPointer(rebasing: path[start..<end]), of: chain)
                start = end + 1
            }
            end += 1
        }
        return chain
    }

    private func chain(of path: UnsafeRawBufferPointer) -> UInt64 {
        guard let chain = validChain(of: path) else { preconditionFailure("a znode has a path") }
        return chain
    }

    /// The chained hash of a znode's path.
    private func chain(of id: UInt32) -> UInt64 {
        var line: [UInt32] = []
        var current = id
        while current != ZnodeID.root.rawValue {
            line.append(current)
            current = record(current).pointee.parent
        }
        return line.reversed().reduce(hash.root) { hash.child(record($1).pointee.name, of: $0) }
    }

    // MARK: Changing

    /// Puts a znode at `path`.
    ///
    /// - Parameter parent: The znode at what stands before the path's last slash.
    /// - Precondition: The parent has no child of that name.
    package mutating func insert(
        _ path: RawSpan, under parent: ZnodeID, data: RawSpan, isNull: Bool = false, stat: StoredStat,
        acl: ACLID
    ) -> ZnodeID {
        let id = makeRecord()
        passInCapture(id)
        var fresh = ZnodeRecord(
            stat: stat, parent: parent.rawValue, place: 0, acl: acl,
            content: ZnodeDigest.content(path: path, data: data), nameLength: 0, dataLength: 0)
        path.withUnsafeBytes { bytes in
            fresh.fill(name: ZnodeStore.name(in: bytes), data: data)
            table.insert(id, hash: chain(of: bytes))
        }
        if isNull { fresh.dataLength = -1 }
        fresh.place = record(parent.rawValue).pointee.appendChild(id)
        record(id).initialize(to: fresh)
        count += 1
        dataSize += path.byteCount + data.byteCount
        return ZnodeID(rawValue: id)
    }

    /// Makes room in the table for so many znodes.
    mutating func reserve(_ total: Int) { table.reserve(total) }

    private static func name(in path: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let slash = path.lastIndex(of: UInt8(ascii: "/"))
        return UnsafeRawBufferPointer(rebasing: path[(slash.map { $0 + 1 } ?? 0)...])
    }

    /// - Precondition: It has no children and is not the root.
    package mutating func remove(_ id: ZnodeID) {
        let record = record(id.rawValue)
        precondition(id != .root && record.pointee.childCount == 0, "only a leaf is removed")
        saveForCapture(id.rawValue)
        dataSize -= pathLength(of: id) + record.pointee.data.count
        table.remove(id.rawValue, hash: chain(of: id.rawValue))
        let place = record.pointee.place
        if let moved = self.record(record.pointee.parent).pointee.removeChild(at: place) {
            self.record(moved).pointee.place = place
        }
        record.pointee.release()
        record.pointee.block = nil
        record.pointee.children = nil
        record.pointee.acl = .free
        record.pointee.place = firstFree
        firstFree = id.rawValue
        count -= 1
    }

    /// - Parameter path: The path of `id`.
    package mutating func setData(
        _ data: RawSpan, isNull: Bool = false, of id: ZnodeID, at path: ZnodePath
    ) {
        setData(
            data, isNull: isNull, of: id,
            register: ZnodeDigest.content(path: path.bytes.span.bytes, data: data))
    }

    /// - Parameter register: The digest's, after path and data.
    mutating func setData(_ data: RawSpan, isNull: Bool, of id: ZnodeID, register: UInt32) {
        saveForCapture(id.rawValue)
        let record = record(id.rawValue)
        dataSize += data.byteCount - record.pointee.data.count
        record.pointee.replaceData(data)
        if isNull { record.pointee.dataLength = -1 }
        record.pointee.content = register
    }

    package mutating func setStat(_ stat: StoredStat, of id: ZnodeID) {
        saveForCapture(id.rawValue)
        record(id.rawValue).pointee.stat = stat
    }

    package mutating func setACL(_ acl: ACLID, of id: ZnodeID) {
        saveForCapture(id.rawValue)
        record(id.rawValue).pointee.acl = acl
    }

    private mutating func makeRecord() -> UInt32 {
        if firstFree != ZnodeStore.none {
            let id = firstFree
            firstFree = record(id).pointee.place
            return id
        }
        if used >> ZnodeStore.chunkBits == chunkCount { addChunk() }
        used += 1
        return used - 1
    }

    private mutating func addChunk() {
        if chunkCount == chunkCapacity {
            let grown = UnsafeMutablePointer<UnsafeMutablePointer<ZnodeRecord>>.allocate(
                capacity: chunkCapacity * 2)
            grown.initialize(from: chunks, count: chunkCount)
            chunks.deallocate()
            chunks = grown
            chunkCapacity *= 2
        }
        (chunks + chunkCount).initialize(to: .allocate(capacity: 1 << Int(ZnodeStore.chunkBits)))
        chunkCount += 1
    }
}

extension UnsafeRawBufferPointer {
    @inline(__always)
    fileprivate func isEqual(to other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        var offset = 0
        while offset + 8 <= count {
            if loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                != other.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            {
                return false
            }
            offset += 8
        }
        while offset < count {
            if self[offset] != other[offset] { return false }
            offset += 1
        }
        return true
    }
}
