/// Finds znodes by the hash of their path: open addressing, linear probing, at most three quarters full.
///
/// A slot holds half a hash and an id plus one; 0 is an empty slot. Whether a znode with the right hash is
/// the right one is for the owner to say.
struct NameTable: ~Copyable {
    private var slots: UnsafeMutablePointer<UInt64>
    private var mask: Int
    private var count = 0

    init() {
        mask = 15
        slots = .allocate(capacity: mask + 1)
        slots.initialize(repeating: 0, count: mask + 1)
    }

    deinit {
        slots.deallocate()
    }

    @inline(__always)
    func find(_ hash: UInt64, where isRight: (UInt32) -> Bool) -> UInt32? {
        let wanted = hash & 0xffff_ffff_0000_0000
        var index = Int(truncatingIfNeeded: hash >> 32) & mask
        while true {
            let slot = slots[index]
            if slot == 0 { return nil }
            if slot & 0xffff_ffff_0000_0000 == wanted {
                let id = UInt32(truncatingIfNeeded: slot) - 1
                if isRight(id) { return id }
            }
            index = (index + 1) & mask
        }
    }

    mutating func insert(_ id: UInt32, hash: UInt64) {
        if (count + 1) * 4 > (mask + 1) * 3 { grow(to: (mask + 1) * 2) }
        place(hash & 0xffff_ffff_0000_0000 | UInt64(id + 1))
        count += 1
    }

    mutating func remove(_ id: UInt32, hash: UInt64) {
        var index = Int(truncatingIfNeeded: hash >> 32) & mask
        let wanted = hash & 0xffff_ffff_0000_0000 | UInt64(id + 1)
        while slots[index] != wanted {
            precondition(slots[index] != 0, "a znode in the arena is in the table")
            index = (index + 1) & mask
        }
        closeGap(at: index)
        count -= 1
    }

    /// Moves back what was pushed past the gap, so that no probe ends too early.
    private mutating func closeGap(at gap: Int) {
        var gap = gap
        var index = gap
        while true {
            index = (index + 1) & mask
            let slot = slots[index]
            if slot == 0 { break }
            let home = Int(truncatingIfNeeded: slot >> 32) & mask
            if (index - home) & mask >= (index - gap) & mask {
                slots[gap] = slot
                gap = index
            }
        }
        slots[gap] = 0
    }

    /// Makes room for so many at once, where each doubling would place all again.
    mutating func reserve(_ total: Int) {
        var capacity = mask + 1
        while total * 4 > capacity * 3 { capacity *= 2 }
        if capacity > mask + 1 { grow(to: capacity) }
    }

    private mutating func grow(to capacity: Int) {
        let former = slots
        let formerCount = mask + 1
        mask = capacity - 1
        slots = .allocate(capacity: mask + 1)
        slots.initialize(repeating: 0, count: mask + 1)
        for index in 0..<formerCount where former[index] != 0 { place(former[index]) }
        former.deallocate()
    }

    private func place(_ slot: UInt64) {
        var index = Int(truncatingIfNeeded: slot >> 32) & mask
        while slots[index] != 0 { index = (index + 1) & mask }
        slots[index] = slot
    }
}

/// A keyed hash of names, chained from parent to child.
///
/// Clients choose names, so the key must not be known to them. Folded multiplication, eight bytes at a time.
struct NameHash {
    private let key: UInt64
    /// The hash of the root, where every path begins.
    let root: UInt64

    /// - Parameter seed: Any number: its bits are spread, since multiplying by a small one would mix nothing.
    init(seed: UInt64) {
        var spread = seed &+ 0x9e37_79b9_7f4a_7c15
        spread = (spread ^ spread >> 30) &* 0xbf58_476d_1ce4_e5b9
        spread = (spread ^ spread >> 27) &* 0x94d0_49bb_1331_11eb
        key = (spread ^ spread >> 31) | 1
        root = NameHash.fold(key, 0xd6e8_feb8_6659_fd93)
    }

    @inline(__always)
    func child(_ name: UnsafeRawBufferPointer, of parent: UInt64) -> UInt64 {
        var hash = parent ^ UInt64(name.count)
        var offset = 0
        while offset + 8 <= name.count {
            hash = NameHash.fold(hash ^ name.loadUnaligned(fromByteOffset: offset, as: UInt64.self), key)
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < name.count {
            rest = rest << 8 | UInt64(name[offset])
            offset += 1
        }
        return NameHash.fold(hash ^ rest ^ 0xa076_1d64_78bd_642f, key)
    }

    @inline(__always)
    private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
}
