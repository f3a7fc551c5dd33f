internal import NIOCore

/// Whole frames that came from one client together, and were not taken in yet.
struct ReceivedFrames {
    private(set) var frames: ByteBuffer
    /// Bytes that may be taken in without a closer look.
    private(set) var room: Int
    /// Monotonic milliseconds.
    private let arrivalMs: Int64

    init(_ frames: ByteBuffer, room: Int, arrivalMs: Int64) {
        self.frames = frames
        self.room = room
        self.arrivalMs = arrivalMs
    }

    /// Bytes of the next frame without its length; nil when there is none.
    var nextLength: Int? {
        frames.getInteger(at: frames.readerIndex, as: Int32.self).map { Int($0) }
    }

    /// The opcode of the next frame, if that is a request; 0 for what has none.
    var nextType: Int32 {
        frames.getInteger(at: frames.readerIndex + 8, as: Int32.self) ?? 0
    }

    mutating func use(room bytes: Int) { room -= bytes }

    /// Takes out the next frame, which has no header: the first one of a connection.
    mutating func takeConnectRequest(_ length: Int) -> RequestFrame {
        let start = frames.readerIndex + 4
        defer { frames.moveReaderIndex(forwardBy: 4 + length) }
        return RequestFrame(
            xid: 0, type: 0, frames: frames, range: start..<start + length, arrivalMs: arrivalMs)
    }

    /// Takes out the next frame.
    ///
    /// - Returns: nil when it is too short for a request.
    mutating func takeRequest(_ length: Int) -> RequestFrame? {
        let start = frames.readerIndex + 4
        defer { frames.moveReaderIndex(forwardBy: 4 + length) }
        guard length >= RequestFrame.headerBytes,
            let xid = frames.getInteger(at: start, as: Int32.self),
            let type = frames.getInteger(at: start + 4, as: Int32.self)
        else { return nil }
        return RequestFrame(
            xid: xid, type: type, frames: frames, range: start..<start + length, arrivalMs: arrivalMs)
    }

    /// Moves all that is left behind what the connection holds back.
    mutating func hold(on connection: Connection) { connection.hold(&frames) }
}
