package import NIOCore
package import Vocabulary

/// The first 8 bytes of every request but the connect request (jute `RequestHeader`).
package struct RequestHeader: Equatable, Sendable {
    /// The client's number for the request, echoed in the reply whatever it is.
    package var xid: Int32
    /// An opcode, known or not.
    package var type: Int32

    package init(xid: Int32, type: Int32) {
        self.xid = xid
        self.type = type
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        xid = try reader.int32()
        type = try reader.int32()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeInteger(xid)
        buffer.writeInteger(type)
    }
}

/// The first 16 bytes of every reply and event (jute `ReplyHeader`).
package struct ReplyHeader: Equatable, Sendable {
    package var xid: Int32
    package var zxid: Zxid
    /// 0, or an `ErrorCode`; a number, for servers that know more of them.
    package var error: Int32

    package init(xid: Int32, zxid: Zxid, error: Int32 = 0) {
        self.xid = xid
        self.zxid = zxid
        self.error = error
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        xid = try reader.int32()
        zxid = Zxid(rawValue: try reader.int64())
        error = try reader.int32()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeInteger(xid)
        buffer.writeInteger(zxid.rawValue)
        buffer.writeInteger(error)
    }
}
