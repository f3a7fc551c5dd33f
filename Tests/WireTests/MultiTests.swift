import Testing
import Vocabulary
import Wire

@Suite struct `A multi` {
    private static let end = "ffffffff 01 ffffffff"
    private static let acl = "00000001 0000001f 00000005 776f726c64 00000006 616e796f6e65"
    private static let read = "00000004 00 ffffffff 00000002 2f61 00"
    private static let delete = "00000002 00 ffffffff 00000002 2f61 ffffffff"

    @Test func `ends at the first header that says so, whatever its type`() throws {
        #expect(try decode(Self.delete + "00000002 01 00000000" + Self.delete).writes.count == 1)
    }

    @Test(arguments: [3, 6, 7, 12, 14, 16, 20, 22, -1, 99] as [Int32])
    func `refuses an operation that may not stand in it`(_ type: Int32) {
        let header = "\(hex(of: withUnsafeBytes(of: type.bigEndian) { Array($0) })) 00 ffffffff"
        #expect(throws: DecodingError.unexpectedType(type)) {
            try decode(header + "00000002 2f61 ffffffff" + Self.end)
        }
    }

    @Test func `refuses reads among writes, and writes among reads`() {
        #expect(throws: DecodingError.unexpectedType(4)) { try decode(Self.delete + Self.read + Self.end) }
        #expect(throws: DecodingError.unexpectedType(2)) {
            try decodeReads(Self.read + Self.delete + Self.end)
        }
    }

    @Test(arguments: [1, 15, 19] as [Int32], [0, 1, 2, 3, 4] as [Int32])
    func `creates by every mode without TTL`(_ type: Int32, _ flags: Int32) throws {
        let created = try creation(create(type, flags: flags))
        #expect(created.request.flags == flags)
        #expect(created.opcode == (flags == 4 ? 19 : type))
    }

    @Test(arguments: [1, 15, 19] as [Int32], [-1, 5, 6, 7] as [Int32])
    func `is refused whole for a mode that its create cannot have`(_ type: Int32, _ flags: Int32) {
        #expect(throws: DecodingError.unexpectedType(flags)) {
            try decode(create(type, flags: flags) + Self.end)
        }
    }

    @Test(arguments: [1, 15, 19] as [Int32], [-1, 7] as [Int32])
    func `is refused whole for flags that mean nothing, before its ACL is looked at`(
        _ type: Int32, _ flags: Int32
    ) {
        #expect(throws: DecodingError.unexpectedType(flags)) {
            try decode(create(type, flags: flags, acl: "ffffffff") + Self.end)
        }
    }

    @Test(arguments: [0, 6] as [Int32])
    func `is refused whole for a null ACL, before its mode is looked at`(_ flags: Int32) {
        #expect(throws: DecodingError.unexpectedNull) {
            try decode(create(1, flags: flags, acl: "ffffffff") + Self.end)
        }
    }

    @Test func `keeps the TTL of a mode that has one`() throws {
        let created = try creation(create(21, flags: 5) + "0000000000000064")
        #expect(created.opcode == 21)
        #expect(created.request.ttlMs == 100)
    }

    @Test func `drops the TTL of a mode that has none`() throws {
        let created = try creation(create(21, flags: 2) + "0000000000000064")
        #expect(created.opcode == 1)
        #expect(created.request.ttlMs == nil)
    }

    private func create(_ type: Int32, flags: Int32, acl: String = acl) -> String {
        func word(_ number: Int32) -> String { hex(of: withUnsafeBytes(of: number.bigEndian) { Array($0) }) }
        return "\(word(type)) 00 ffffffff 00000002 2f61 ffffffff \(acl) \(word(flags))"
    }

    @Test(arguments: [(9, "00000000"), (0, "ffffffff"), (4, "ffffffff")] as [(Int32, String)])
    func `writes what only createTTL can bring as one`(_ row: (flags: Int32, acl: String)) throws {
        let text = create(21, flags: row.flags, acl: row.acl) + "0000000000000064"
        let request = try decode(text + Self.end)
        #expect(try decode(hex(of: Properties.encoded(request))) == request)
    }

    private func creation(_ text: String) throws -> (request: CreateRequest, opcode: Int32) {
        let writes = try decode(text + Self.end).writes
        var found: (CreateRequest, Int32)?
        if case .create(let request, let opcode) = writes.first { found = (request, opcode) }
        return try #require(found)
    }

    private func decode(_ text: String) throws -> MultiRequest {
        let bytes = hex(text)
        var reader = JuteReader(bytes.span.bytes)
        return try MultiRequest(decoding: &reader)
    }

    private func decodeReads(_ text: String) throws -> MultiReadRequest {
        let bytes = hex(text)
        var reader = JuteReader(bytes.span.bytes)
        return try MultiReadRequest(decoding: &reader)
    }
}
