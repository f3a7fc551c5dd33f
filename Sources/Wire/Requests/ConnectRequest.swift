package import NIOCore
package import Vocabulary

/// The first frame of a client, without a header (jute `ConnectRequest`).
package struct ConnectRequest: Equatable, Sendable {
    package var protocolVersion: Int32
    /// The highest zxid the client has seen; a server behind it is not for this client.
    package var lastZxidSeen: Zxid
    /// Milliseconds, as wished; may be anything.
    package var timeoutMs: Int32
    package var session: SessionID
    package var password: [UInt8]?
    /// Old clients end before this byte, and then must not get one back.
    package var isReadOnly: Bool?

    package init(
        protocolVersion: Int32 = 0, lastZxidSeen: Zxid, timeoutMs: Int32, session: SessionID,
        password: [UInt8]?,
        isReadOnly: Bool?
    ) {
        self.protocolVersion = protocolVersion
        self.lastZxidSeen = lastZxidSeen
        self.timeoutMs = timeoutMs
        self.session = session
        self.password = password
        self.isReadOnly = isReadOnly
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        protocolVersion = try reader.int32()
        lastZxidSeen = Zxid(rawValue: try reader.int64())
        timeoutMs = try reader.int32()
        session = SessionID(rawValue: try reader.int64())
        password = try reader.buffer()
        isReadOnly = reader.remaining > 0 ? try reader.bool() : nil
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeInteger(protocolVersion)
        buffer.writeInteger(lastZxidSeen.rawValue)
        buffer.writeInteger(timeoutMs)
        buffer.writeInteger(session.rawValue)
        buffer.writeJuteBytes(password)
        if let isReadOnly { buffer.writeJuteBool(isReadOnly) }
    }
}

/// The answer to it: the session, or zeros where there is none (jute `ConnectResponse`).
package struct ConnectResponse: Equatable, Sendable {
    package var protocolVersion: Int32
    /// Milliseconds; 0 tells the client that its session is gone.
    package var timeoutMs: Int32
    package var session: SessionID
    package var password: [UInt8]?
    /// Sent only to clients that sent theirs.
    package var isReadOnly: Bool?

    package init(
        protocolVersion: Int32 = 0, timeoutMs: Int32, session: SessionID, password: [UInt8]?,
        isReadOnly: Bool?
    ) {
        self.protocolVersion = protocolVersion
        self.timeoutMs = timeoutMs
        self.session = session
        self.password = password
        self.isReadOnly = isReadOnly
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        protocolVersion = try reader.int32()
        timeoutMs = try reader.int32()
        session = SessionID(rawValue: try reader.int64())
        password = try reader.buffer()
        isReadOnly = reader.remaining > 0 ? try reader.bool() : nil
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeInteger(protocolVersion)
        buffer.writeInteger(timeoutMs)
        buffer.writeInteger(session.rawValue)
        buffer.writeJuteBytes(password)
        if let isReadOnly { buffer.writeJuteBool(isReadOnly) }
    }

    package func encodeFrame(into buffer: inout ByteBuffer) {
        buffer.writeLengthPrefixed { encode(into: &$0) }
    }
}
