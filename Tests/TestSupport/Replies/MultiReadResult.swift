package import NIOCore
package import Vocabulary
package import Wire

/// The result of one read of a multiRead.
package enum MultiReadResult: Equatable, Sendable {
    case data([UInt8]?, stat: Stat)
    case children([ByteString])
    case failed(code: Int32)

    package static func encode(_ results: [MultiReadResult], into buffer: inout ByteBuffer) {
        for result in results { result.encode(into: &buffer) }
        MultiHeader.end.encode(into: &buffer)
    }

    package static func decodeAll(_ reader: inout JuteReader) throws(DecodingError) -> [MultiReadResult] {
        var results: [MultiReadResult] = []
        while true {
            let header = try MultiHeader(decoding: &reader)
            if header.isDone { return results }
            results.append(try MultiReadResult(decoding: &reader, type: header.type))
        }
    }

    private init(decoding reader: inout JuteReader, type: Int32) throws(DecodingError) {
        switch OpCode(rawValue: type) {
        case .getData: self = .data(try reader.buffer(), stat: try Stat(decoding: &reader))
        case .getChildren: self = .children(try reader.texts() ?? [])
        case .error: self = .failed(code: try reader.int32())
        default: throw .unexpectedType(type)
        }
    }

    package func encode(into buffer: inout ByteBuffer) {
        switch self {
        case .data(let data, let stat):
            MultiHeader(type: OpCode.getData.rawValue, isDone: false, error: 0).encode(into: &buffer)
            buffer.writeJuteBytes(data)
            buffer.writeJute(stat)
        case .children(let children):
            MultiHeader(type: OpCode.getChildren.rawValue, isDone: false, error: 0).encode(into: &buffer)
            buffer.writeJuteTexts(children)
        case .failed(let code):
            MultiHeader(type: OpCode.error.rawValue, isDone: false, error: code).encode(into: &buffer)
            buffer.writeInteger(code)
        }
    }
}
