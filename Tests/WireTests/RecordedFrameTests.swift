import NIOCore
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `A recorded frame` {
    @Test func `exists`() {
        #expect(RecordedLine.requests.count > 50)
        #expect(RecordedLine.replies.count > 50)
        #expect(RecordedLine.transactions.count > 50)
    }

    @Test(arguments: RecordedLine.all)
    func `says its own length`(_ line: RecordedLine) {
        guard line.direction != .transaction else { return }
        #expect(hex(of: line.bytes.prefix(4)) == hex(of: bigEndian(Int32(line.bytes.count - 4))))
    }

    @Test(arguments: RecordedLine.requests)
    func `of a request decodes and encodes to itself`(_ line: RecordedLine) throws {
        guard let kind = try kind(ofRequest: line) else { return }
        guard let written = rewritten(line.body, header: kind.header, as: kind.record) else {
            // Some were sent broken on purpose: then the server could not read them either.
            return try expectMarshallingError(of: line)
        }
        #expect(hex(of: written) == hex(of: line.body))
    }

    @Test(arguments: RecordedLine.replies)
    func `of a reply decodes and encodes to itself`(_ line: RecordedLine) throws {
        guard let kind = try kind(ofReply: line) else { return }
        let written = try #require(rewritten(line.body, header: kind.header, as: kind.record))
        #expect(hex(of: written) == hex(of: line.body))
    }

    @Test(arguments: RecordedLine.requests + RecordedLine.replies)
    func `is refused wherever it is cut`(_ line: RecordedLine) throws {
        let kind = line.direction == .request ? try kind(ofRequest: line) : try kind(ofReply: line)
        guard let kind, rewritten(line.body, header: kind.header, as: kind.record) != nil else { return }
        for count in 0..<line.body.count where !isOptional(line, from: count) {
            let cut = Array(line.body.prefix(count))
            #expect(rewritten(cut, header: kind.header, as: kind.record) == nil, "cut to \(count) bytes")
        }
    }

    @Test(arguments: RecordedLine.transactions)
    func `of a transaction decodes and encodes to itself`(_ line: RecordedLine) throws {
        let transaction = try Transaction(decoding: line.bytes.span.bytes)
        #expect(hex(of: Properties.encoded(HeldTransaction(transaction))) == hex(of: line.bytes))
        #expect(OpCode(rawValue: transaction.change.type).map { String(describing: $0) } == line.name)
    }

    @Test(arguments: RecordedLine.transactions)
    func `of a transaction is refused wherever it is cut`(_ line: RecordedLine) throws {
        for count in 0..<line.bytes.count where !TransactionCuts.isReadable(line.bytes, cutTo: count) {
            #expect(throws: DecodingError.self, "cut to \(count) bytes") {
                try Transaction(decoding: Array(line.bytes.prefix(count)).span.bytes)
            }
        }
    }

    /// The byte that a connect frame may lack.
    private func isOptional(_ line: RecordedLine, from count: Int) -> Bool {
        line.name == "connect" && count == line.body.count - 1 && [45, 37].contains(line.body.count)
    }
}

/// What the bytes of a frame are to be read as.
private struct FrameKind {
    let header: any JuteRecord.Type
    let record: any JuteRecord.Type
}

private func kind(ofRequest line: RecordedLine) throws -> FrameKind? {
    if line.name == "connect" { return FrameKind(header: Nothing.self, record: ConnectRequest.self) }
    var reader = JuteReader(line.body.span.bytes)
    let header = try RequestHeader(decoding: &reader)
    if line.name == "unknown" { return nil }
    #expect(OpCode(rawValue: header.type).map { String(describing: $0) } == line.name)
    return FrameKind(header: RequestHeader.self, record: try #require(RecordTypes.request(header.type)))
}

private func kind(ofReply line: RecordedLine) throws -> FrameKind? {
    switch line.name {
    case "connect": return FrameKind(header: Nothing.self, record: ConnectResponse.self)
    case "event": return FrameKind(header: ReplyHeader.self, record: WatcherEvent.self)
    case "error":
        // A multiRead that cannot be read is answered with an error and an empty list behind it.
        let hasBody = line.body.count > 16
        return FrameKind(header: ReplyHeader.self, record: hasBody ? MultiReadResults.self : Nothing.self)
    default:
        let opCode = try #require(OpCode.named(line.name))
        return FrameKind(
            header: ReplyHeader.self, record: try #require(RecordTypes.response(opCode.rawValue)))
    }
}

/// The frame read and written again; nil if it does not read, or not to its end.
private func rewritten(
    _ body: [UInt8], header: any JuteRecord.Type, as record: any JuteRecord.Type
) -> [UInt8]? {
    func read<Record: JuteRecord>(_ type: Record.Type, _ reader: inout JuteReader) -> [UInt8]? {
        (try? Record(decoding: &reader)).map { Properties.encoded($0) }
    }
    var reader = JuteReader(body.span.bytes)
    guard let start = read(header, &reader), let rest = read(record, &reader), reader.remaining == 0 else {
        return nil
    }
    return start + rest
}

private func expectMarshallingError(of line: RecordedLine) throws {
    var request = JuteReader(line.body.span.bytes)
    let reply = try #require(line.reply(xid: try RequestHeader(decoding: &request).xid))
    var reader = JuteReader(reply.body.span.bytes)
    #expect(try ReplyHeader(decoding: &reader).error == ErrorCode.marshallingError.rawValue)
}

private func bigEndian(_ value: Int32) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
}

extension OpCode {
    fileprivate static func named(_ name: String) -> OpCode? {
        (-11...107).lazy.compactMap { OpCode(rawValue: $0) }.first { String(describing: $0) == name }
    }
}
