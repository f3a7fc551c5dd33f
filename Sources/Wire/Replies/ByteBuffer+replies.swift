package import NIOCore
package import Vocabulary

/// Answers and events as whole frames, each written in one pass.
///
/// The response records in this folder are the same bytes for whoever reads them: tests and simulated clients
/// now, a client library later. The server decodes none, and tests hold both encoders to each other.
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
        let dataBytes = isNull ? 4 : 4 + data.byteCount
        writeReply(xid: xid, zxid: zxid, code: 0, bodyBytes: dataBytes + Stat.encodedBytes) { target, start in
            if isNull { target.store(Int32(-1), at: start) } else { target.storeJuteBytes(data, at: start) }
            stat.store(into: target, at: start + dataBytes)
        }
    }

    /// A path, and a stat where one is given.
    package mutating func writeReply(xid: Int32, zxid: Zxid, path: ZnodePath, stat: Stat?) {
        let bodyBytes = 4 + path.bytes.count + (stat == nil ? 0 : Stat.encodedBytes)
        writeReply(xid: xid, zxid: zxid, code: 0, bodyBytes: bodyBytes) { target, offset in
            let pathBytes = target.storeJuteBytes(path.bytes.span.bytes, at: offset)
            stat?.store(into: target, at: offset + pathBytes)
        }
    }

    /// A header and whatever `body` writes.
    package mutating func writeReplyFrame(
        xid: Int32, zxid: Zxid, error: ErrorCode, _ body: (inout ByteBuffer) -> Void
    ) {
        writeLengthPrefixed { buffer in
            buffer.writeMultipleIntegers(xid, zxid.rawValue, error.rawValue)
            body(&buffer)
        }
    }

    /// A watch event. The state is always 3, connected; clients make the other states themselves.
    package mutating func writeEvent(type: Int32, path: ZnodePath, zxid: Zxid) {
        let bodyBytes = 12 + path.bytes.count
        writeReply(xid: -1, zxid: zxid, code: 0, bodyBytes: bodyBytes) { target, offset in
            target.store(type, at: offset)
            target.store(Int32(3), at: offset + 4)
            target.storeJuteBytes(path.bytes.span.bytes, at: offset + 8)
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
