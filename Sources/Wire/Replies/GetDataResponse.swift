package import NIOCore
package import Vocabulary

/// jute `GetDataResponse`, of getData (4) and reconfig (16).
package struct GetDataResponse: Equatable, Sendable {
    package var data: [UInt8]?
    package var stat: Stat

    package init(data: [UInt8]?, stat: Stat) {
        self.data = data
        self.stat = stat
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        data = try reader.buffer()
        stat = try Stat(decoding: &reader)
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeJuteBytes(data)
        buffer.writeJute(stat)
    }
}
