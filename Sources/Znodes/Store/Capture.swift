package import Vocabulary

/// How far the znodes of one moment have been packed, while the store goes on changing.
///
/// Records are taken in the order of the arena. A znode that is about to change or to go before its turn is
/// packed first, as it is (`early`); one that comes into a record whose turn is still to come is passed over.
struct Capture {
    /// Records before this one have had their turn.
    var next: UInt32 = 0
    /// The first record that was not there at the beginning.
    let end: UInt32
    /// A bit for each record that is to be passed over when its turn comes.
    private var passed: [UInt64]
    /// Packed before their turn, for the next slice.
    var early = PackedZnodes()

    init(records: UInt32) {
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

/// Some of the znodes of one moment.
package struct CapturedSlice: Equatable, Sendable {
    package let znodes: PackedZnodes
    package let isLast: Bool
}

extension ZnodeStore {
    /// Begins to take the znodes as they are now; one that is under way is given up.
    mutating func beginCapture() { capture = Capture(records: used) }

    mutating func endCapture() { capture = nil }

    /// Packs on: first what had to be saved since the last slice, then records until there are `records` or
    /// `bytes` of them.
    ///
    /// - Returns: nil when no capture is under way. After the last slice none is.
    mutating func captureSlice(
        records: Int, bytes: Int
    ) -> CapturedSlice? {
        guard var capture = capture.take() else { return nil }
        var slice = PackedZnodes()
        swap(&slice, &capture.early)
        slice.reserve(min(bytes, 1 << 20) + 4096)
        var left = records
        while capture.next < capture.end, left > 0, slice.byteCount < bytes {
            let id = capture.next
            if capture.isWaiting(id), record(id).pointee.acl != .free { pack(id, into: &slice) }
            capture.next += 1
            left -= 1
        }
        let isLast = capture.next == capture.end
        if !isLast { self.capture = capture }
        return CapturedSlice(znodes: slice, isLast: isLast)
    }

    /// To be called before anything of a znode changes that a snapshot keeps.
    @inline(__always)
    mutating func saveForCapture(_ id: UInt32) {
        if capture != nil { save(id) }
    }

    /// To be called when a znode came into a record.
    @inline(__always)
    mutating func passInCapture(_ id: UInt32) {
        capture?.pass(id)
    }

    @inline(never)
    private mutating func save(_ id: UInt32) {
        // Taken out and put back, so that nothing of it is copied.
        guard var capture = capture.take() else { return }
        if capture.isWaiting(id) {
            pack(id, into: &capture.early)
            capture.pass(id)
        }
        self.capture = capture
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
