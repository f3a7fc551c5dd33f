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

    /// Records of old writers (`CreateTxnV0`) end before the parent's cversion.
    init(decoding reader: inout JuteReader, type: Int32) throws(DecodingError) {
        let path = try reader.requiredPath()
        let data = try reader.buffer()
        let acl = try reader.storedACL()
        var isEphemeral = false
        var parentCversion: Int32 = -1
        let kind: Kind
        switch OpCode(rawValue: type) {
        case .createContainer:
            parentCversion = try reader.int32()
            kind = .container
        case .createTTL:
            parentCversion = try reader.int32()
            kind = .ttl(milliseconds: try reader.int64())
        default:
            isEphemeral = try reader.bool()
            if reader.remaining >= 4 { parentCversion = try reader.int32() }
            kind = type == OpCode.create2.rawValue ? .create2 : .create
        }
        self.init(
            kind: kind, path: path, data: data, acl: acl, isEphemeral: isEphemeral, parentCversion: parentCversion)
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
