import NIOCore
import Replica
import TestSupport
import Testing
import Vocabulary
import Wire

/// Requests beyond the plain ones, each sent and answered at once.
extension TestClient {
    func createTTL(_ path: ZnodePath, ttlMs: Int64, flags: Int32 = 5) throws -> Reply {
        try ask(.createTTL) {
            CreateRequest(path: path, data: [], acl: .open, flags: flags, ttlMs: ttlMs).encode(into: &$0)
        }
    }

    func setACL(_ path: ZnodePath, _ acl: [RequestedACLEntry]?, version: Int32 = -1) throws -> Reply {
        try ask(.setACL) { SetACLRequest(path: path, acl: acl, version: version).encode(into: &$0) }
    }

    /// getACL, sync, getEphemerals, getAllChildrenNumber.
    func ask(_ code: OpCode, about path: ZnodePath?) throws -> Reply {
        try ask(code) { PathRequest(path: path).encode(into: &$0) }
    }

    func multi(_ writes: MultiWrite...) throws -> Reply {
        try ask(.multi) { MultiRequest(writes: writes).encode(into: &$0) }
    }

    func addWatch(_ path: ZnodePath, recursive: Bool = false) throws -> Reply {
        try ask(.addWatch) { AddWatchRequest(path: path, mode: recursive ? 1 : 0).encode(into: &$0) }
    }

    /// checkWatches and removeWatches.
    func ask(_ code: OpCode, watches type: Int32, on path: ZnodePath) throws -> Reply {
        try ask(code) { WatchTypeRequest(path: path, type: type).encode(into: &$0) }
    }

    func authenticate(_ credentials: String?, scheme: ByteString? = "digest") throws -> Reply {
        try ask(.auth) {
            AuthPacket(scheme: scheme, auth: credentials.map { Array($0.utf8) }).encode(into: &$0)
        }
    }

    /// Events since the last look; answers are thrown away.
    func events() -> [String] { replies().compactMap(\.event) }

    /// Everything since the last look: events as text, answers as `#xid`.
    func transcript() -> [String] { replies().map { $0.event ?? "#\($0.xid)" } }
}

extension MultiWrite {
    static func create(_ path: ZnodePath, flags: Int32 = 0, opcode: OpCode = .create) -> MultiWrite {
        .create(
            CreateRequest(
                path: path, data: [], acl: .open, flags: flags, ttlMs: opcode == .createTTL ? 60_000 : nil),
            opcode: opcode.rawValue)
    }

    static func delete(_ path: ZnodePath, version: Int32 = -1) -> MultiWrite {
        .delete(VersionedPathRequest(path: path, version: version))
    }

    static func check(_ path: ZnodePath, version: Int32 = -1) -> MultiWrite {
        .check(VersionedPathRequest(path: path, version: version))
    }

    static func set(_ path: ZnodePath, _ data: [UInt8], version: Int32 = -1) -> MultiWrite {
        .setData(SetDataRequest(path: path, data: data, version: version))
    }
}

extension Reply {
    func decoded<Record>(
        _ decode: (inout JuteReader) throws(DecodingError) -> Record
    ) throws -> Record {
        var reader = JuteReader(body.readableBytesSpan)
        return try decode(&reader)
    }

    /// The data of a getData.
    var data: [UInt8]? {
        get throws { try decoded(GetDataResponse.init(decoding:)).data }
    }

    var children: Set<String> {
        get throws {
            Set(try decoded { reader throws(DecodingError) in try reader.texts() ?? [] }.map(\.description))
        }
    }

    var acl: ACL {
        get throws { try decoded(GetACLResponse.init(decoding:)).acl }
    }

    var number: Int32 {
        get throws { try decoded(NumberResponse.init(decoding:)).number }
    }

    var multiResults: [MultiResult] {
        get throws { try decoded { reader throws(DecodingError) in try MultiResult.decodeAll(&reader) } }
    }

    /// The codes of a failed multi.
    var multiCodes: [Int32] {
        get throws {
            try multiResults.compactMap { if case .failed(let code) = $0 { code } else { nil } }
        }
    }
}

extension [RequestedACLEntry] {
    static let open = [RequestedACLEntry(permissions: .all, scheme: "world", id: "anyone")]
    /// Whoever creates it, and nobody else.
    static let creator = [RequestedACLEntry(permissions: .all, scheme: "auth", id: "")]

    static func anyone(may permissions: Permissions) -> [RequestedACLEntry] {
        [RequestedACLEntry(permissions: permissions, scheme: "world", id: "anyone")]
    }
}
