internal import Vocabulary
internal import Wire
internal import Znodes

extension Operation {
    /// The write that a client's request asks for; nil when its body does not parse.
    init?(_ request: RequestFrame, _ code: OpCode) {
        switch code {
        case .create, .create2, .createContainer:
            guard let record = request.decode(CreateRequest.init(decoding:)) else { return nil }
            self = .create(CreateOperation(record, code))
        case .createTTL:
            guard let record = request.decode(CreateRequest.init(decodingWithTTL:)) else { return nil }
            self = .create(CreateOperation(record, code))
        case .delete:
            guard let record = request.decode(VersionedPathRequest.init(decoding:)) else { return nil }
            self = .delete(path: record.path, version: record.version)
        case .setData:
            guard let record = request.decode(SetDataRequest.init(decoding:)) else { return nil }
            self = .setData(path: record.path, data: record.data, version: record.version)
        case .setACL:
            guard let record = request.decode(SetACLRequest.init(decoding:)) else { return nil }
            self = .setACL(path: record.path, acl: record.acl, version: record.version)
        case .multi:
            guard let record = request.decode(MultiRequest.init(decoding:)) else { return nil }
            self = .multi(record.writes.map(Operation.init))
        default:
            return nil
        }
    }

    private init(_ write: MultiWrite) {
        switch write {
        case .create(let record, let opcode):
            self = .create(CreateOperation(record, OpCode(rawValue: opcode) ?? .create))
        case .delete(let record): self = .delete(path: record.path, version: record.version)
        case .setData(let record):
            self = .setData(path: record.path, data: record.data, version: record.version)
        case .check(let record): self = .check(path: record.path, version: record.version)
        }
    }
}

extension CreateOperation {
    fileprivate init(_ record: CreateRequest, _ code: OpCode) {
        let opcode: Opcode =
            switch code {
            case .create2: .create2
            case .createContainer: .createContainer
            case .createTTL: .createTTL
            default: .create
            }
        self.init(
            opcode: opcode, path: record.path, data: record.data, acl: record.acl, flags: record.flags,
            ttlMs: record.ttlMs ?? -1)
    }
}
