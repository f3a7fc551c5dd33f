internal import NIOCore
internal import Vocabulary
internal import Wire

/// One request in the buffer it came in, header read, body not yet.
struct RequestFrame {
    let xid: Int32
    let type: Int32
    /// The frames that were read from the socket together, this one among them.
    let frames: ByteBuffer
    /// The frame without its length, in `frames`.
    let range: Range<Int>
    /// Of the header that the frame begins with.
    var headerBytes = RequestFrame.headerBytes
    /// Monotonic milliseconds.
    let arrivalMs: Int64

    static let headerBytes = 8

    init(xid: Int32, type: Int32, frames: ByteBuffer, range: Range<Int>, arrivalMs: Int64) {
        self.xid = xid
        self.type = type
        self.frames = frames
        self.range = range
        self.arrivalMs = arrivalMs
    }

    /// One that a learner sent, which comes without a header.
    init(_ forwarded: ForwardedRequest, arrivalMs: Int64) {
        self.init(
            xid: forwarded.cxid, type: forwarded.type, frames: forwarded.body,
            range: forwarded.body.readerIndex..<forwarded.body.writerIndex, arrivalMs: arrivalMs)
        headerBytes = 0
    }

    /// A request that was put aside as `copy()`.
    init(waiting: WaitingRequest, frame: ByteBuffer) {
        self.init(
            xid: waiting.xid, type: waiting.type, frames: frame,
            range: frame.readerIndex..<frame.writerIndex, arrivalMs: waiting.arrivalMs)
    }

    /// The frame alone, in a buffer of its own, so that waiting does not hold on to a whole read.
    func copy() -> ByteBuffer {
        var copy = ByteBuffer()
        copy.reserveCapacity(range.count)
        withBytes(from: range.lowerBound) { bytes in copy.writeRaw(bytes) }
        return copy
    }

    /// The same request in a buffer that holds nothing else.
    func moved(to frame: ByteBuffer) -> RequestFrame {
        RequestFrame(
            xid: xid, type: type, frames: frame, range: frame.readerIndex..<frame.writerIndex,
            arrivalMs: arrivalMs)
    }

    /// Without its header; what is behind the header of a frame that was checked.
    var body: ByteBuffer {
        let start = range.lowerBound + headerBytes
        return frames.getSlice(at: start, length: range.upperBound - start) ?? ByteBuffer()
    }

    /// The whole frame as a record: the first frame of a connection has no header.
    func decodeWhole<Record>(_ record: (inout JuteReader) throws(DecodingError) -> Record) -> Record? {
        withBytes(from: range.lowerBound) { bytes in
            var reader = JuteReader(bytes)
            return try? record(&reader)
        }
    }

    /// The body as a record; nil when it does not parse. Bytes behind the record are ignored, as Apache does.
    func decode<Record>(_ record: (inout JuteReader) throws(DecodingError) -> Record) -> Record? {
        withBytes(from: range.lowerBound + headerBytes) { bytes in
            var reader = JuteReader(bytes)
            return try? record(&reader)
        }
    }

    /// Why the body is not such a record; nil when it is one.
    func failure<Record>(
        of record: (inout JuteReader) throws(DecodingError) -> Record
    ) -> DecodingError? {
        withBytes(from: range.lowerBound + headerBytes) { bytes in
            var reader = JuteReader(bytes)
            do throws(DecodingError) {
                _ = try record(&reader)
                return nil
            } catch {
                return error
            }
        }
    }

    /// The path and the watch flag of a read, in place; `marshallingError` when they do not parse or the path
    /// is null.
    func withPathAndWatch<Value>(
        _ body: (RawSpan, Bool) -> Result<Value, ErrorCode>
    ) -> Result<Value, ErrorCode> {
        withBytes(from: range.lowerBound + headerBytes) { bytes in
            var reader = JuteReader(bytes)
            guard let path = try? reader.range(), let isWatched = try? reader.bool()
            else { return .failure(.marshallingError) }
            return body(bytes.extracting(path), isWatched)
        }
    }

    func withBytes<Result>(from start: Int, _ body: (RawSpan) -> Result) -> Result {
        let offset = start - frames.readerIndex
        let bytes = frames.readableBytesSpan.extracting(offset..<(offset + range.upperBound - start))
        return body(bytes)
    }
}

extension OpCode {
    /// Whether a client may send it: the internal ones are refused as unknown (client protocol 3.8.16,
    /// 3.8.17, and since 3.9.3 a check outside a multi).
    var isForClients: Bool {
        switch self {
        case .check, .deleteContainer, .createSession, .error: false
        default: true
        }
    }

    /// Whether it takes a place in the order of writes.
    var isWrite: Bool {
        switch self {
        case .create, .create2, .createContainer, .createTTL, .delete, .setData, .setACL, .multi, .reconfig,
            .closeSession:
            true
        default:
            false
        }
    }
}
