internal import NIOCore
internal import Vocabulary
internal import Znodes

extension Creation {
    /// jute `CreateTxn`, `CreateContainerTxn` and `CreateTTLTxn`.
    func encode(into buffer: inout ByteBuffer) {
        buffer.writeJutePath(path)
        buffer.writeJuteBytes(data)
        buffer.writeJute(acl)
        switch kind {
        case .create, .create2:
            buffer.writeJuteBool(isEphemeral)
            buffer.writeInteger(parentCversion)
        case .container:
            buffer.writeInteger(parentCversion)
        case .ttl(let milliseconds):
            buffer.writeInteger(parentCversion)
            buffer.writeInteger(milliseconds)
        }
    }

    /// jute `CreateTxn`.
    init(plain kind: Kind, decoding reader: inout JuteReader) throws(DecodingError) {
        try self.init(commonFieldsOf: kind, decoding: &reader)
        isEphemeral = try reader.bool()
        parentCversion = try reader.int32()
    }

    /// jute `CreateTxnV0`; its parent's cversion is unknown.
    init(version0Decoding reader: inout JuteReader) throws(DecodingError) {
        try self.init(commonFieldsOf: .create, decoding: &reader)
        isEphemeral = try reader.bool()
    }

    /// jute `CreateContainerTxn`.
    init(containerDecoding reader: inout JuteReader) throws(DecodingError) {
        try self.init(commonFieldsOf: .container, decoding: &reader)
        parentCversion = try reader.int32()
    }

    /// jute `CreateTTLTxn`.
    init(ttlDecoding reader: inout JuteReader) throws(DecodingError) {
        try self.init(commonFieldsOf: .ttl(milliseconds: 0), decoding: &reader)
        parentCversion = try reader.int32()
        kind = .ttl(milliseconds: try reader.int64())
    }

    private init(commonFieldsOf kind: Kind, decoding reader: inout JuteReader) throws(DecodingError) {
        self.init(
            kind: kind, path: try reader.requiredPath(), data: try reader.buffer(),
            acl: try reader.storedACL(),
            isEphemeral: false, parentCversion: -1)
    }
}

extension Creation.Kind {
    var opcode: OpCode {
        switch self {
        case .create: .create
        case .create2: .create2
        case .container: .createContainer
        case .ttl: .createTTL
        }
    }
}
