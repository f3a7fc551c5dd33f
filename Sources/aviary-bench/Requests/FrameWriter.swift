import Vocabulary

/// Builds one request frame in ZooKeeper's encoding and remembers which bytes change from request to request.
///
/// On purpose not the server's own encoder: a generator that shared it would agree with it about its
/// mistakes.
struct FrameWriter {
    private(set) var bytes: [UInt8] = [0, 0, 0, 0]
    private(set) var pathSites: [PathSite] = []
    private(set) var stampSites: [StampSite] = []

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

    /// A path of the request's key, or of the key `nodeOffset` behind it.
    mutating func path(_ shape: PathShape, nodeOffset: Int = 0) {
        int32(Int32(shape.byteCount))
        pathSites.append(shape.write(to: &bytes, nodeOffset: nodeOffset))
    }

    mutating func data(_ value: StampedData, nodeOffset: Int = 0) {
        if value.isStamped { stampSites.append(StampSite(offset: bytes.count + 4, nodeOffset: nodeOffset)) }
        buffer(value.filler)
    }

    /// One entry: everyone may do everything.
    mutating func openACL() {
        int32(1)
        int32(31)
        text("world")
        text("anyone")
    }

    /// The header of one operation of a multi.
    mutating func part(_ opCode: OpCode) {
        int32(opCode.rawValue)
        bool(false)
        int32(-1)
    }

    /// The header behind the last operation of a multi.
    mutating func endOfParts() {
        int32(-1)
        bool(true)
        int32(-1)
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
