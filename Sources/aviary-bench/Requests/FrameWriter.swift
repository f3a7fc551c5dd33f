/// Builds one request frame in ZooKeeper's encoding and remembers which bytes change from request to request.
///
/// On purpose not the server's own encoder: a generator that shared it would agree with it about its
/// mistakes.
struct FrameWriter {
    private(set) var bytes: [UInt8] = [0, 0, 0, 0]
    private(set) var pathSites: [PathSite] = []
    /// Where data begins that carries its key's number.
    private(set) var stampOffsets: [Int] = []

    mutating func int32(_ value: Int32) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func int64(_ value: Int64) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func bool(_ value: Bool) {
        bytes.append(value ? 1 : 0)
    }

    mutating func text(_ value: String) {
        int32(Int32(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    mutating func buffer(_ value: [UInt8]) {
        int32(Int32(value.count))
        bytes.append(contentsOf: value)
    }

    mutating func path(_ shape: PathShape) {
        int32(Int32(shape.byteCount))
        pathSites.append(shape.write(to: &bytes))
    }

    mutating func data(_ value: StampedData) {
        if value.isStamped { stampOffsets.append(bytes.count + 4) }
        buffer(value.filler)
    }

    /// One entry: everyone may do everything.
    mutating func openACL() {
        int32(1)
        int32(31)
        text("world")
        text("anyone")
    }

    /// Fills the length in; the frame is complete.
    mutating func finish() {
        bytes.storeBigEndian(Int32(bytes.count - 4), at: 0)
    }
}

extension [UInt8] {
    mutating func storeBigEndian<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
        let last = offset + Value.bitWidth / 8 - 1
        var rest = value
        for index in stride(from: last, through: offset, by: -1) {
            self[index] = UInt8(truncatingIfNeeded: rest)
            rest >>= 8
        }
    }
}
