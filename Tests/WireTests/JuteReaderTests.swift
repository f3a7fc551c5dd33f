import TestSupport
import Testing
import Vocabulary
import Wire

@Suite struct `A jute reader` {
    @Test func `reads numbers most significant byte first`() throws {
        let bytes = hex("ff 01 00 00000102 fffffffe 0102030405060708 ffffffffffffffff")
        var reader = JuteReader(bytes.span.bytes)
        #expect(try reader.byte() == 255)
        #expect(try reader.bool() == true)
        #expect(try reader.bool() == false)
        #expect(try reader.int32() == 0x102)
        #expect(try reader.int32() == -2)
        #expect(try reader.int64() == 0x0102_0304_0506_0708)
        #expect(try reader.int64() == -1)
        try reader.finish()
    }

    @Test func `takes any byte but 0 for true`() throws {
        let bytes = hex("80")
        var reader = JuteReader(bytes.span.bytes)
        #expect(try reader.bool())
    }

    @Test func `tells a null from an empty text`() throws {
        let bytes = hex("ffffffff 00000000 00000002 2f61")
        var reader = JuteReader(bytes.span.bytes)
        #expect(try reader.text() == nil)
        #expect(try reader.text() == "")
        #expect(try reader.path() == "/a")
    }

    @Test func `shows a buffer in place`() throws {
        let bytes = hex("00000003 010203 ffffffff 0909")
        var reader = JuteReader(bytes.span.bytes)
        let slice = try reader.slice()
        #expect(slice?.byteCount == 3)
        #expect(slice?.unsafeLoad(fromByteOffset: 2, as: UInt8.self) == 3)
        let isNull = try reader.slice() == nil
        #expect(isNull)
        #expect(reader.rest().byteCount == 2)
        #expect(reader.remaining == 0)
    }

    @Test(arguments: [
        ("", 4, 0), ("000000", 4, 3), ("00000005 01020304", 5, 4), ("7fffffff", 0x7fff_ffff, 0),
    ])
    func `says what it needed and what was there`(_ row: (bytes: String, needed: Int, available: Int)) {
        let bytes = hex(row.bytes)
        #expect(throws: DecodingError.truncated(needed: row.needed, available: row.available)) {
            var reader = JuteReader(bytes.span.bytes)
            _ = try reader.buffer()
        }
    }

    @Test func `refuses a length below -1`() {
        let bytes = hex("fffffffe")
        #expect(throws: DecodingError.negativeLength(-2)) {
            var reader = JuteReader(bytes.span.bytes)
            _ = try reader.buffer()
        }
    }

    @Test func `refuses a count that what remains cannot hold`() {
        let bytes = hex("7fffffff 00000000 00000000")
        #expect(throws: DecodingError.implausibleCount(.max, available: 8)) {
            var reader = JuteReader(bytes.span.bytes)
            _ = try reader.texts()
        }
    }

    @Test(
        arguments: [
            ("ffffffff", nil), ("00000000", []), ("fffffffe", []), ("80000000", []),
        ] as [(String, [ByteString]?)])
    func `reads counts below zero as Apache does`(_ row: (bytes: String, texts: [ByteString]?)) throws {
        let bytes = hex(row.bytes)
        var reader = JuteReader(bytes.span.bytes)
        #expect(try reader.texts() == row.texts)
    }

    @Test func `refuses what is left over`() {
        let bytes = hex("0000")
        #expect(throws: DecodingError.trailing(2)) { try JuteReader(bytes.span.bytes).finish() }
    }
}
