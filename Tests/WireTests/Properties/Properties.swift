import NIOCore
import Vocabulary
import Wire

/// What must hold for any bytes at all. Each returns the sentence that does not hold, or nil.
enum Properties {
    /// A record that decodes is written so that it decodes to itself, in no more bytes than it came in.
    static func hold(_ type: any JuteRecord.Type, _ bytes: [UInt8]) -> String? {
        hold(type, slice: bytes.span.bytes)
    }

    static func hold<Record: JuteRecord>(_ type: Record.Type, slice: RawSpan) -> String? {
        var reader = JuteReader(slice)
        guard let value = try? Record(decoding: &reader) else { return nil }
        let consumed = slice.byteCount - reader.remaining
        let written = encoded(value)
        // The digest of another version is dropped, a missing record of closeSession or last field of
        // CreateTxnV0 is written: only a transaction may grow, and by these few bytes.
        let growth = Record.self == HeldTransaction.self ? 4 : 0
        if written.count > consumed + growth {
            return "\(type) came in \(consumed) bytes and left in \(written.count)"
        }
        var again = JuteReader(written.span.bytes)
        guard let copy = try? Record(decoding: &again) else { return "\(type) does not read what it wrote" }
        if again.remaining > 0 { return "\(type) left \(again.remaining) bytes of what it wrote" }
        if copy != value { return "\(type) reads another value than it wrote" }
        if encoded(copy) != written { return "\(type) writes one value in two ways" }
        return nil
    }

    /// A request frame, its length cut off: header, then the record of its opcode.
    static func holdForRequest(_ bytes: [UInt8]) -> String? {
        var reader = JuteReader(bytes.span.bytes)
        guard let header = try? RequestHeader(decoding: &reader) else { return nil }
        guard let type = RecordTypes.request(header.type) else { return nil }
        return hold(type, slice: reader.rest())
    }

    static func holdForTransaction(_ bytes: [UInt8]) -> String? {
        hold(HeldTransaction.self, bytes)
    }

    static func encoded(_ record: some JuteRecord) -> [UInt8] {
        var buffer = ByteBuffer()
        record.encode(into: &buffer)
        return Array(buffer.readableBytesView)
    }
}
