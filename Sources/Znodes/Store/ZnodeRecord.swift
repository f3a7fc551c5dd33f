internal import Vocabulary

/// One znode in the arena: 112 bytes, whatever it holds.
struct ZnodeRecord {
    var stat: StoredStat
    /// Name, then data, in one allocation; nil when both are empty.
    var block: UnsafeMutableRawPointer?
    var children: UnsafeMutablePointer<UInt32>?
    var childCount: UInt32 = 0
    var childCapacity: UInt32 = 0
    var parent: UInt32
    /// Where it stands among its parent's children; in a free record, the next free one.
    var place: UInt32
    var acl: ACLID
    /// The digest's register after path and data (`ZnodeDigest`).
    var content: UInt32
    var nameLength: Int32
    /// -1 for null data.
    var dataLength: Int32

    var name: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: block, count: Int(nameLength)) }

    var data: UnsafeRawBufferPointer {
        guard dataLength > 0, let block else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: block + Int(nameLength), count: Int(dataLength))
    }

    /// Puts `data` in the place of the former, in its memory if it is as long.
    mutating func replaceData(_ data: RawSpan) {
        guard let block, dataLength > 0, data.byteCount == Int(dataLength) else {
            return fill(name: name, data: data)
        }
        let former = UnsafeMutableRawBufferPointer(start: block + Int(nameLength), count: data.byteCount)
        data.withUnsafeBytes { former.copyMemory(from: $0) }
    }

    /// Puts `name` and `data` into a block of their own, and lets go of the former one.
    mutating func fill(name: UnsafeRawBufferPointer, data: RawSpan) {
        let bytes = name.count + data.byteCount
        var fresh: UnsafeMutableRawPointer?
        if bytes > 0 {
            let block = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 1)
            if let start = name.baseAddress { block.copyMemory(from: start, byteCount: name.count) }
            data.withUnsafeBytes { source in
                if let start = source.baseAddress {
                    (block + name.count).copyMemory(from: start, byteCount: source.count)
                }
            }
            fresh = block
        }
        block?.deallocate()
        block = fresh
        nameLength = Int32(name.count)
        dataLength = Int32(data.byteCount)
    }

    /// - Returns: The child's place.
    mutating func appendChild(_ id: UInt32) -> UInt32 {
        if childCount == childCapacity { growChildren() }
        children?[Int(childCount)] = id
        childCount += 1
        return childCount - 1
    }

    /// Takes the child at `place` out; the last one moves there.
    ///
    /// - Returns: The child that moved, if one did.
    mutating func removeChild(at place: UInt32) -> UInt32? {
        guard let children else { return nil }
        childCount -= 1
        let moved = children[Int(childCount)]
        guard place != childCount else { return nil }
        children[Int(place)] = moved
        return moved
    }

    private mutating func growChildren() {
        let capacity = childCapacity == 0 ? 2 : childCapacity * 2
        let grown = UnsafeMutablePointer<UInt32>.allocate(capacity: Int(capacity))
        if let children {
            grown.update(from: children, count: Int(childCount))
            children.deallocate()
        }
        children = grown
        childCapacity = capacity
    }

    func release() {
        block?.deallocate()
        children?.deallocate()
    }
}
