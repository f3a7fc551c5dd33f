package import NIOCore
package import Vocabulary

/// The result of one operation of a multi. Several kinds of create share one form on the wire.
package enum MultiResult: Equatable, Sendable {
    case create(path: ZnodePath)
    /// The result of create2, createContainer and createTTL.
    case create2(path: ZnodePath, stat: Stat)
    case delete
    case setData(Stat)
    case check
    case failed(code: Int32)

    package static func encode(_ results: [MultiResult], into buffer: inout ByteBuffer) {
        for result in results { result.encode(into: &buffer) }
        MultiHeader.end.encode(into: &buffer)
    }

    package static func decodeAll(_ reader: inout JuteReader) throws(DecodingError) -> [MultiResult] {
        var results: [MultiResult] = []
        while true {
            let header = try MultiHeader(decoding: &reader)
            if header.isDone { return results }
            results.append(try MultiResult(decoding: &reader, type: header.type))
        }
    }

    private init(decoding reader: inout JuteReader, type: Int32) throws(DecodingError) {
        switch OpCode(rawValue: type) {
        case .create: self = .create(path: try reader.requiredPath())
        case .create2: self = .create2(path: try reader.requiredPath(), stat: try Stat(decoding: &reader))
        case .delete: self = .delete
        case .setData: self = .setData(try Stat(decoding: &reader))
        case .check: self = .check
        case .error: self = .failed(code: try reader.int32())
        default: throw .unexpectedType(type)
        }
    }

    package func encode(into buffer: inout ByteBuffer) {
        switch self {
        case .create(let path):
            header(.create, into: &buffer)
            buffer.writeJutePath(path)
        case .create2(let path, let stat):
            header(.create2, into: &buffer)
            buffer.writeJutePath(path)
            buffer.writeJute(stat)
        case .delete:
            header(.delete, into: &buffer)
        case .setData(let stat):
            header(.setData, into: &buffer)
            buffer.writeJute(stat)
        case .check:
            header(.check, into: &buffer)
        case .failed(let code):
            MultiHeader(type: -1, isDone: false, error: code).encode(into: &buffer)
            buffer.writeInteger(code)
        }
    }

    private func header(_ code: OpCode, into buffer: inout ByteBuffer) {
        MultiHeader(type: code.rawValue, isDone: false, error: 0).encode(into: &buffer)
    }
}
