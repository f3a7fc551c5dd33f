package import Vocabulary

/// Names a capture of a store that is under way.
package struct CaptureID: Hashable, Sendable {
    let rawValue: UInt64
}

/// How far the znodes of one moment have been packed, while the store goes on changing.
///
/// Records are taken in the order of the arena, but no znode before its parent. A znode that is about to
/// change or to go before its turn is packed first, as it is (`early`); one that comes into a record whose
/// turn is still to come is passed over.
struct Capture {
    let id: CaptureID
    /// Records before this one have had their turn.
    var next: UInt32 = 0
    /// The first record that was not there at the beginning.
    let end: UInt32
    /// A bit for each record that is to be passed over when its turn comes.
    private var passed: [UInt64]
    /// Packed before their turn, for the next slice.
    var early = PackedZnodes()

    init(_ id: CaptureID, records: UInt32) {
        self.id = id
        end = records
        passed = Array(repeating: 0, count: Int(records + 63) / 64)
    }

    /// Whether the record's turn is still to come.
    @inline(__always)
    func isWaiting(_ id: UInt32) -> Bool {
        id >= next && id < end && passed[Int(id / 64)] & 1 << UInt64(id % 64) == 0
    }

    mutating func pass(_ id: UInt32) {
        guard id < end else { return }
        passed[Int(id / 64)] |= 1 << UInt64(id % 64)
    }
}

/// Some of the znodes of one moment: parents before their children, over all the slices.
package struct CapturedSlice: Equatable, Sendable {
    package let znodes: PackedZnodes
    package let isLast: Bool
}

extension ZnodeStore {
    /// Begins to take the znodes as they are now, beside whatever captures are under way.
    mutating func beginCapture() -> CaptureID {
        lastCapture = CaptureID(rawValue: lastCapture.rawValue + 1)
        captures.append(Capture(lastCapture, records: used))
        return lastCapture
    }

    mutating func endCapture(_ id: CaptureID) { captures.removeAll { $0.id == id } }

    /// Packs on: first what had to be saved since the last slice, then records until there are `records` or
    /// `bytes` of them.
    ///
    /// - Returns: nil when the capture is not under way. After the last slice it is not.
    mutating func captureSlice(of id: CaptureID, records: Int, bytes: Int) -> CapturedSlice? {
        guard let index = captures.firstIndex(where: { $0.id == id }) else { return nil }
        // Taken out and put back, so that nothing of it is copied.
        var capture = captures.remove(at: index)
        var slice = PackedZnodes()
        swap(&slice, &capture.early)
        slice.reserve(min(bytes, 1 << 20) + 4096)
        var left = records
        while capture.next < capture.end, left > 0, slice.byteCount < bytes {
            let record = capture.next
            if capture.isWaiting(record), self.record(record).pointee.acl != .free {
                pack(record, of: &capture, into: &slice)
            }
            capture.next += 1
            left -= 1
        }
        let isLast = capture.next == capture.end
        if !isLast { captures.insert(capture, at: index) }
        return CapturedSlice(znodes: slice, isLast: isLast)
    }

    /// To be called before anything of a znode changes that a snapshot keeps.
    @inline(__always)
    mutating func saveForCapture(_ id: UInt32) {
        if !captures.isEmpty { save(id) }
    }

    /// To be called when a znode came into a record.
    @inline(__always)
    mutating func passInCapture(_ id: UInt32) {
        if !captures.isEmpty { pass(id) }
    }

    @inline(never)
    private mutating func save(_ id: UInt32) {
        for index in captures.indices where captures[index].isWaiting(id) {
            var capture = captures.remove(at: index)
            var early = PackedZnodes()
            swap(&early, &capture.early)
            pack(id, of: &capture, into: &early)
            swap(&early, &capture.early)
            captures.insert(capture, at: index)
        }
    }

    @inline(never)
    private mutating func pass(_ id: UInt32) {
        for index in captures.indices { captures[index].pass(id) }
    }

    /// Adds a znode whose turn has come, behind those of its ancestors whose turn has not. They are as they
    /// were at the beginning, or they would have been saved.
    private func pack(_ id: UInt32, of capture: inout Capture, into packed: inout PackedZnodes) {
        capture.pass(id)
        guard id != ZnodeID.root.rawValue, capture.isWaiting(record(id).pointee.parent) else {
            return pack(id, into: &packed)
        }
        var line = [id]
        var ancestor = record(id).pointee.parent
        while capture.isWaiting(ancestor) {
            line.append(ancestor)
            capture.pass(ancestor)
            guard ancestor != ZnodeID.root.rawValue else { break }
            ancestor = record(ancestor).pointee.parent
        }
        for id in line.reversed() { pack(id, into: &packed) }
    }

    /// Adds a znode as it is now.
    func pack(_ id: UInt32, into packed: inout PackedZnodes) {
        let record = record(id)
        let data = record.pointee.dataLength < 0 ? nil : record.pointee.data
        let length = pathLength(of: ZnodeID(rawValue: id))
        packed.append(
            record.pointee.stat, list: record.pointee.acl.number, data: data, pathLength: max(1, length)
        ) { path in
            if length == 0 { path[0] = UInt8(ascii: "/") } else { writePath(of: id, into: path) }
        }
    }
}
