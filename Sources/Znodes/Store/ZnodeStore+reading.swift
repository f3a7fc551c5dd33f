package import Vocabulary

extension ZnodeStore {
    package func stat(of id: ZnodeID) -> StoredStat { record(id.rawValue).pointee.stat }
    package func acl(of id: ZnodeID) -> ACLID { record(id.rawValue).pointee.acl }

    /// The znode's data; empty for null as well, which `hasNullData` tells apart.
    @_lifetime(borrow self)
    package func data(of id: ZnodeID) -> RawSpan {
        let span = RawSpan(_unsafeBytes: record(id.rawValue).pointee.data)
        return unsafe _overrideLifetime(span, borrowing: self)
    }

    package func hasNullData(_ id: ZnodeID) -> Bool { record(id.rawValue).pointee.dataLength < 0 }

    /// 0 for null.
    package func dataLength(of id: ZnodeID) -> Int { max(0, Int(record(id.rawValue).pointee.dataLength)) }

    /// A copy of the data; nil for null.
    package func dataBytes(of id: ZnodeID) -> [UInt8]? {
        hasNullData(id) ? nil : Array(record(id.rawValue).pointee.data)
    }

    @_lifetime(borrow self)
    package func name(of id: ZnodeID) -> RawSpan {
        let span = RawSpan(_unsafeBytes: record(id.rawValue).pointee.name)
        return unsafe _overrideLifetime(span, borrowing: self)
    }

    package func parent(of id: ZnodeID) -> ZnodeID? {
        id == .root ? nil : ZnodeID(rawValue: record(id.rawValue).pointee.parent)
    }

    package func childCount(of id: ZnodeID) -> Int { Int(record(id.rawValue).pointee.childCount) }

    /// The child at `index` of `childCount`; the order changes when children go.
    package func child(_ index: Int, of id: ZnodeID) -> ZnodeID {
        let record = record(id.rawValue)
        precondition(index >= 0 && index < record.pointee.childCount, "a child's index is below their number")
        guard let children = record.pointee.children else {
            preconditionFailure("whoever has children lists them")
        }
        return ZnodeID(rawValue: children[index])
    }

    package func forEachChild(of id: ZnodeID, _ body: (ZnodeID) -> Void) {
        for index in 0..<childCount(of: id) { body(child(index, of: id)) }
    }

    package func path(of id: ZnodeID) -> ZnodePath {
        id == .root ? .root : ZnodePath(pathBytes(of: id))
    }

    /// The path as it enters the digest: empty for the root.
    func pathBytes(of id: ZnodeID) -> [UInt8] {
        let length = pathLength(of: id)
        return [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            writePath(of: id.rawValue, into: UnsafeMutableRawBufferPointer(buffer))
            count = length
        }
    }

    /// Writes the path of `id`, which is not the root, into memory of exactly its length: from its end.
    func writePath(of id: UInt32, into buffer: UnsafeMutableRawBufferPointer) {
        guard let base = buffer.baseAddress else { return }
        var end = buffer.count
        var current = id
        while current != ZnodeID.root.rawValue {
            let name = record(current).pointee.name
            let start = end - name.count
            UnsafeMutableRawBufferPointer(start: base + start, count: name.count).copyMemory(from: name)
            buffer[start - 1] = UInt8(ascii: "/")
            end = start - 1
            current = record(current).pointee.parent
        }
    }

    func pathLength(of id: ZnodeID) -> Int {
        var length = 0
        var current = id.rawValue
        while current != ZnodeID.root.rawValue {
            length += Int(record(current).pointee.nameLength) + 1
            current = record(current).pointee.parent
        }
        return length
    }

    /// Bytes of all znodes as rows of a snapshot, about.
    package var storedBytes: Int { dataSize + count * 40 }

    /// How many znodes are below `id`.
    package func descendantCount(of id: ZnodeID) -> Int {
        if id == .root { return count - 1 }
        var total = 0
        var open = [id]
        while let next = open.popLast() {
            total += childCount(of: next)
            forEachChild(of: next) { if childCount(of: $0) > 0 { open.append($0) } }
        }
        return total
    }

    // MARK: Digest

    /// The znode's part in the digest of the tree.
    package func znodeDigest(of id: ZnodeID) -> UInt64 { znodeDigest(of: id, with: stat(of: id)) }

    /// Likewise, if its stat were `stat`.
    package func znodeDigest(of id: ZnodeID, with stat: StoredStat) -> UInt64 {
        if isUncounted(id) { return 0 }
        return ZnodeDigest.of(content: record(id.rawValue).pointee.content, stat: stat)
    }

    /// The digest's register after the znode's path and data.
    func register(of id: ZnodeID) -> UInt32 { record(id.rawValue).pointee.content }

    /// Whether `id` is below `/zookeeper`.
    private func isUncounted(_ id: ZnodeID) -> Bool {
        var current = id.rawValue
        var below = false
        while current != ZnodeID.root.rawValue {
            let parent = record(current).pointee.parent
            if parent == ZnodeID.root.rawValue { return below && isZookeeper(current) }
            below = true
            current = parent
        }
        return false
    }

    private func isZookeeper(_ id: UInt32) -> Bool {
        record(id).pointee.name.elementsEqual("zookeeper".utf8)
    }
}
