package import NIOCore
package import Vocabulary

/// The header before each operation of a multi, and at its end (jute `MultiHeader`).
package struct MultiHeader: Equatable, Sendable {
    package var type: Int32
    package var isDone: Bool
    package var error: Int32

    package static let end = MultiHeader(type: -1, isDone: true, error: -1)

    package init(type: Int32, isDone: Bool, error: Int32) {
        self.type = type
        self.isDone = isDone
        self.error = error
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        type = try reader.int32()
        isDone = try reader.bool()
        error = try reader.int32()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeInteger(type)
        buffer.writeJuteBool(isDone)
        buffer.writeInteger(error)
    }
}

/// One write of a multi.
package enum MultiWrite: Equatable, Sendable {
    /// A create by opcode 1, 15, 19 or 21.
    case create(CreateRequest, opcode: Int32)
    case delete(VersionedPathRequest)
    case setData(SetDataRequest)
    case check(VersionedPathRequest)
}

/// The writes of a multi, to happen all or none (opcode 14).
///
/// Anything that Apache's reader does not know in a multi makes the whole unreadable: other operations,
/// reads, and creates whose flags do not fit their opcode (client protocol 5.1).
package struct MultiRequest: Equatable, Sendable {
    package var writes: [MultiWrite]

    package init(writes: [MultiWrite]) {
        self.writes = writes
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        writes = []
        while true {
            let header = try MultiHeader(decoding: &reader)
            if header.isDone { return }
            writes.append(try MultiWrite(decoding: &reader, type: header.type))
        }
    }

    package func encode(into buffer: inout ByteBuffer) {
        for write in writes { write.encode(into: &buffer) }
        MultiHeader.end.encode(into: &buffer)
    }
}

extension MultiWrite {
    package init(decoding reader: inout JuteReader, type: Int32) throws(DecodingError) {
        switch OpCode(rawValue: type) {
        case .create, .create2, .createContainer:
            self = try MultiWrite(creating: try CreateRequest(decoding: &reader), opcode: type)
        case .createTTL:
            let request = try CreateRequest(decodingWithTTL: &reader)
            self =
                (5...6).contains(request.flags)
                ? .create(request, opcode: type) : MultiWrite(plain: request, opcode: OpCode.create.rawValue)
        case .delete: self = .delete(try VersionedPathRequest(decoding: &reader))
        case .setData: self = .setData(try SetDataRequest(decoding: &reader))
        case .check: self = .check(try VersionedPathRequest(decoding: &reader))
        default: throw .unexpectedType(type)
        }
    }

    /// A create whose flags its opcode can mean; any others spoil the multi, and so does a null list. Only
    /// the former takes a place in the order, so it matters what is found first: as in Apache, flags that
    /// mean nothing, then a null list, then the flags of a TTL, which this opcode does not bring.
    private init(creating request: CreateRequest, opcode: Int32) throws(DecodingError) {
        guard (0...6).contains(request.flags) else { throw .unexpectedType(request.flags) }
        guard request.acl != nil else { throw .unexpectedNull }
        guard (0...4).contains(request.flags) else { throw .unexpectedType(request.flags) }
        self = MultiWrite(plain: request, opcode: opcode)
    }

    /// A create without TTL; one that came with createTTL is dropped, and odd flags are left to the check, as
    /// Apache does.
    private init(plain request: CreateRequest, opcode: Int32) {
        var request = request
        request.ttlMs = nil
        self = .create(request, opcode: request.flags == 4 ? OpCode.createContainer.rawValue : opcode)
    }

    package var type: Int32 {
        switch self {
        case .create(_, let opcode): opcode
        case .delete: OpCode.delete.rawValue
        case .setData: OpCode.setData.rawValue
        case .check: OpCode.check.rawValue
        }
    }

    func encode(into buffer: inout ByteBuffer) {
        MultiHeader(type: wireType, isDone: false, error: -1).encode(into: &buffer)
        switch self {
        case .create(var request, _):
            if wireType == OpCode.createTTL.rawValue, request.ttlMs == nil { request.ttlMs = -1 }
            request.encode(into: &buffer)
        case .delete(let request), .check(let request): request.encode(into: &buffer)
        case .setData(let request): request.encode(into: &buffer)
        }
    }

    /// The type, but createTTL for a create that no other could bring: with odd flags or without an ACL.
    private var wireType: Int32 {
        guard case .create(let request, _) = self else { return type }
        let isPlain = (0...4).contains(request.flags) && request.acl != nil
        return isPlain || request.ttlMs != nil ? type : OpCode.createTTL.rawValue
    }
}

/// One read of a multiRead. Its watch flag is ignored by every server.
package enum MultiRead: Equatable, Sendable {
    case getData(PathWatchRequest)
    case getChildren(PathWatchRequest)

    package var type: Int32 {
        switch self {
        case .getData: OpCode.getData.rawValue
        case .getChildren: OpCode.getChildren.rawValue
        }
    }

    package var path: ZnodePath? { request.path }

    var request: PathWatchRequest {
        switch self {
        case .getData(let request), .getChildren(let request): request
        }
    }
}

/// Reads in one request, each answered for itself (opcode 22).
package struct MultiReadRequest: Equatable, Sendable {
    package var reads: [MultiRead]

    package init(reads: [MultiRead]) {
        self.reads = reads
    }

    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        reads = []
        while true {
            let header = try MultiHeader(decoding: &reader)
            if header.isDone { return }
            switch OpCode(rawValue: header.type) {
            case .getData: reads.append(.getData(try PathWatchRequest(decoding: &reader)))
            case .getChildren: reads.append(.getChildren(try PathWatchRequest(decoding: &reader)))
            default: throw .unexpectedType(header.type)
            }
        }
    }

    package func encode(into buffer: inout ByteBuffer) {
        for read in reads {
            MultiHeader(type: read.type, isDone: false, error: -1).encode(into: &buffer)
            read.request.encode(into: &buffer)
        }
        MultiHeader.end.encode(into: &buffer)
    }
}
