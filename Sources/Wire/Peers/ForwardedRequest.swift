package import NIOCore
package import Vocabulary

/// A client's request on its way from a learner to the leader: the data of REQUEST (quorum protocol 4.6).
package struct ForwardedRequest: Equatable, Sendable {
    package var session: SessionID
    package var cxid: Int32
    package var type: Int32
    /// The client's record, without the header of its frame.
    package var body: ByteBuffer

    package init(session: SessionID, cxid: Int32, type: Int32, body: ByteBuffer) {
        self.session = session
        self.cxid = cxid
        self.type = type
        self.body = body
    }

    /// Session, cxid and type.
    static let headBytes = 16

    /// Whether it says all there is without its record and without whoever asks.
    package var isWholeByItself: Bool {
        type == OpCode.closeSession.rawValue || type == OpCode.sync.rawValue
    }

    package var encoded: ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(16 + body.readableBytes)
        buffer.writeMultipleIntegers(session.rawValue, cxid, type)
        buffer.writeImmutableBuffer(body)
        return buffer
    }

    package init(decoding data: ByteBuffer) throws(DecodingError) {
        var data = data
        guard let (session, cxid, type) = data.readMultipleIntegers(as: (Int64, Int32, Int32).self) else {
            throw .truncated(needed: 16, available: data.readableBytes)
        }
        self.init(session: SessionID(rawValue: session), cxid: cxid, type: type, body: data)
    }
}

/// A learner asks whether a session lives that a client wants to take up with it, and the answer: the data of
/// REVALIDATE (quorum protocol 6.2).
package enum Revalidation {
    package static func question(_ session: SessionID, timeoutMs: Int32) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeMultipleIntegers(session.rawValue, timeoutMs)
        return buffer
    }

    package static func answer(_ session: SessionID, isValid: Bool) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeMultipleIntegers(session.rawValue, UInt8(isValid ? 1 : 0))
        return buffer
    }

    package static func question(decoding data: ByteBuffer) throws(DecodingError) -> (
        SessionID, timeoutMs: Int32
    ) {
        var data = data
        guard let (session, timeoutMs) = data.readMultipleIntegers(as: (Int64, Int32).self) else {
            throw .truncated(needed: 12, available: data.readableBytes)
        }
        return (SessionID(rawValue: session), timeoutMs)
    }

    package static func answer(decoding data: ByteBuffer) throws(DecodingError) -> (SessionID, isValid: Bool)
    {
        var data = data
        guard let (session, isValid) = data.readMultipleIntegers(as: (Int64, UInt8).self) else {
            throw .truncated(needed: 9, available: data.readableBytes)
        }
        return (SessionID(rawValue: session), isValid != 0)
    }
}

/// The sessions a learner heard from since the last ping: the data of its answer (quorum protocol 4.9).
package enum TouchedSessions {
    package static let bytesEach = 12

    package static func encode(_ sessions: some Collection<(session: SessionID, timeoutMs: Int32)>)
        -> ByteBuffer
    {
        var buffer = ByteBuffer()
        for (session, timeoutMs) in sessions { buffer.writeMultipleIntegers(session.rawValue, timeoutMs) }
        return buffer
    }

    package static func decode(_ data: ByteBuffer) throws(DecodingError) -> [(
        session: SessionID, timeoutMs: Int32
    )] {
        var data = data
        var sessions: [(session: SessionID, timeoutMs: Int32)] = []
        while let (session, timeoutMs) = data.readMultipleIntegers(as: (Int64, Int32).self) {
            sessions.append((SessionID(rawValue: session), timeoutMs))
        }
        guard data.readableBytes == 0 else { throw .trailing(data.readableBytes) }
        return sessions
    }
}
