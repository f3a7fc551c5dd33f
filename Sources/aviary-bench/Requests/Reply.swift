/// The header of a reply; the record after it is looked at only for samples.
struct Reply {
    /// xid, zxid and error.
    static let headerBytes = 16
    static let statBytes = 68
    static let watchEventXid: Int32 = -1
    static let pingXid: Int32 = -2

    let xid: Int32
    let zxid: Int64
    let error: Int32

    /// - Precondition: `frame`, without its length, holds at least `headerBytes`.
    init(_ frame: RawSpan) {
        xid = frame.bigEndianInt32(at: 0)
        zxid = frame.bigEndianInt64(at: 4)
        error = frame.bigEndianInt32(at: 12)
    }
}

extension RawSpan {
    func bigEndianInt32(at offset: Int) -> Int32 {
        // Bounds are checked; any four bytes are an Int32.
        Int32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: Int32.self))
    }

    func bigEndianInt64(at offset: Int) -> Int64 {
        // Bounds are checked; any eight bytes are an Int64.
        Int64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: Int64.self))
    }
}
