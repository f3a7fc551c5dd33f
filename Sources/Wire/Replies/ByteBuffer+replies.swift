package import NIOCore
package import Vocabulary

/// Answers and events as whole frames, each written in one pass.
extension ByteBuffer {
    static let replyHeaderBytes = 16

    /// A header alone: a failure, or a success without a body.
    package mutating func writeReply(xid: Int32, zxid: Zxid, error: ErrorCode) {
        writeReply(xid: xid, zxid: zxid, code: error.rawValue)
    }

    package mutating func writeReply(xid: Int32, zxid: Zxid, code: Int32) {
        writeReply(xid: xid, zxid: zxid, code: code, bodyBytes: 0) { _, _ in }
    }

    package mutating func writeReply(xid: Int32, zxid: Zxid, stat: Stat) {
        writeReply(xid: xid, zxid: zxid, code: 0, bodyBytes: Stat.encodedBytes) {
            stat.store(into: $0, at: $1)
        }
    }

    package mutating func writeReply(xid: Int32, zxid: Zxid, data: RawSpan, isNull: Bool, stat: Stat) {
        let count = data.byteCount
        data.withUnsafeBytes { source in
            writeReply(xid: xid, zxid: zxid, code: 0, bodyBytes: 4 + count + Stat.encodedBytes) {
                target, offset in
                target.store(isNull ? Int32(-1) : Int32(count), at: offset)
                if let from = source.baseAddress, let to = target.baseAddress {
                    (to + offset + 4).copyMemory(from: from, byteCount: count)
                }
                stat.store(into: target, at: offset + 4 + count)
            }
        }
    }

    /// A path, and a stat where one is given.
    package mutating func writeReply(xid: Int32, zxid: Zxid, path: ZnodePath, stat: Stat?) {
        writeReplyFrame(xid: xid, zxid: zxid, error: .ok) { buffer in
            buffer.writeJutePath(path)
            if let stat { buffer.writeJute(stat) }
        }
    }

    /// A header and whatever `body` writes.
    package mutating func writeReplyFrame(
        xid: Int32, zxid: Zxid, error: ErrorCode, _ body: (inout ByteBuffer) -> Void
    ) {
        writeLengthPrefixed { buffer in
            buffer.writeInteger(xid)
            buffer.writeInteger(zxid.rawValue)
            buffer.writeInteger(error.rawValue)
            body(&buffer)
        }
    }

    /// A watch event. The state is always 3, connected; clients make the other states themselves.
    package mutating func writeEvent(type: Int32, path: ZnodePath, zxid: Zxid) {
        let bodyBytes = 12 + path.bytes.count
        path.bytes.withUnsafeBytes { source in
            writeReply(xid: -1, zxid: zxid, code: 0, bodyBytes: bodyBytes) { target, offset in
                target.store(type, at: offset)
                target.store(Int32(3), at: offset + 4)
                target.store(Int32(source.count), at: offset + 8)
                if let from = source.baseAddress, let to = target.baseAddress {
                    (to + offset + 12).copyMemory(from: from, byteCount: source.count)
                }
            }
        }
    }

    /// Reserves the whole frame once and fills it; `fill` gets the target and where the body begins.
    @inline(__always)
    private mutating func writeReply(
        xid: Int32, zxid: Zxid, code: Int32, bodyBytes: Int,
        _ fill: (UnsafeMutableRawBufferPointer, Int) -> Void
    ) {
        let frameBytes = ByteBuffer.replyHeaderBytes + bodyBytes
        writeWithUnsafeMutableBytes(minimumWritableBytes: 4 + frameBytes) { target in
            target.store(Int32(frameBytes), at: 0)
            target.store(xid, at: 4)
            target.store(zxid.rawValue, at: 8)
            target.store(code, at: 16)
            fill(target, 4 + ByteBuffer.replyHeaderBytes)
            return 4 + frameBytes
        }
    }
}
