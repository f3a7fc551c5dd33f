import NIOCore
import Testing
import Vocabulary
import Wire

@Suite struct `A frame of the reference` {
    @Test(arguments: ReferenceFrame.all)
    func `is what its values encode to`(_ reference: ReferenceFrame) {
        var buffer = ByteBuffer()
        buffer.writeLengthPrefixed { buffer in
            reference.header.encode(into: &buffer)
            reference.record.encode(into: &buffer)
        }
        #expect(hex(of: buffer.readableBytesView) == hex(of: reference.frame))
    }

    @Test(arguments: ReferenceFrame.all)
    func `decodes to its values`(_ reference: ReferenceFrame) throws {
        func check<Record: JuteRecord>(_ expected: Record, _ reader: inout JuteReader) throws {
            #expect(try Record(decoding: &reader) == expected)
        }
        let body = Array(reference.frame.dropFirst(4))
        var reader = JuteReader(body.span.bytes)
        try check(reference.header, &reader)
        try check(reference.record, &reader)
        try reader.finish()
    }
}
