package import NIOCore
internal import Vocabulary
package import Znodes

/// Transactions in Apache's bytes: what the log holds and what proposals carry (quorum protocol 4.1 and 8.3).
extension Transaction {
    /// The version of Apache's digest; the only one in use.
    static let digestVersion: Int32 = 2
    static let digestBytes = 12
    /// Bytes around the record: header and digest.
    private static let frameBytes = 32 + digestBytes

    package func encode(into buffer: inout ByteBuffer) {
        buffer.reserveCapacity(minimumWritableBytes: Transaction.frameBytes + change.roomBytes)
        buffer.writeMultipleIntegers(session.rawValue, cxid, zxid.rawValue, timeMs, change.type)
        change.encode(into: &buffer)
        if let digest {
            buffer.writeInteger(Transaction.digestVersion)
            buffer.writeInteger(digest)
        }
    }

    /// - Throws: For anything but exactly one transaction. A digest of another version is left out.
    package init(decoding bytes: RawSpan) throws(DecodingError) {
        var reader = JuteReader(bytes)
        let session = SessionID(rawValue: try reader.int64())
        let cxid = try reader.int32()
        let zxid = Zxid(rawValue: try reader.int64())
        let timeMs = try reader.int64()
        let change = try Change(type: try reader.int32(), decoding: &reader)
        let digest = try Transaction.digest(decoding: &reader)
        try reader.finish()
        self.init(session: session, cxid: cxid, zxid: zxid, timeMs: timeMs, change: change, digest: digest)
    }

    private static func digest(decoding reader: inout JuteReader) throws(DecodingError) -> UInt64? {
        if reader.remaining == 0 { return nil }
        let version = try reader.int32()
        let digest = UInt64(bitPattern: try reader.int64())
        return version == digestVersion ? digest : nil
    }
}

extension Change {
    /// The opcode that says what kind of record this is.
    package var type: Int32 {
        switch self {
        case .create(let creation): creation.kind.opcode.rawValue
        case .delete(_, let isSweep): isSweep ? OpCode.deleteContainer.rawValue : OpCode.delete.rawValue
        case .setData: OpCode.setData.rawValue
        case .setACL: OpCode.setACL.rawValue
        case .reconfig: OpCode.reconfig.rawValue
        case .check: OpCode.check.rawValue
        case .multi: OpCode.multi.rawValue
        case .createSession: OpCode.createSession.rawValue
        case .closeSession: OpCode.closeSession.rawValue
        case .error: OpCode.error.rawValue
        }
    }

    /// Room that the record takes, about: memory is asked for once for the frequent ones.
    fileprivate var roomBytes: Int {
        switch self {
        case .create(let creation): 128 + creation.path.bytes.count + (creation.data?.count ?? 0)
        case .setData(let path, let data, _), .reconfig(let path, let data, _):
            12 + path.bytes.count + (data?.count ?? 0)
        case .delete(let path, _), .check(let path, _), .setACL(let path, _, _): 128 + path.bytes.count
        case .multi, .closeSession: 256
        case .createSession, .error: 4
        }
    }

    func encode(into buffer: inout ByteBuffer) {
        switch self {
        case .create(let creation): creation.encode(into: &buffer)
        case .delete(let path, _): buffer.writeJutePath(path)
        case .setData(let path, let data, let version), .reconfig(let path, let data, let version):
            buffer.writeJutePath(path)
            buffer.writeJuteBytes(data)
            buffer.writeInteger(version)
        case .setACL(let path, let acl, let version):
            buffer.writeJutePath(path)
            buffer.writeJute(acl)
            buffer.writeInteger(version)
        case .check(let path, let version):
            buffer.writeJutePath(path)
            buffer.writeInteger(version)
        case .multi(let changes):
            buffer.writeJuteVector(changes) { buffer, change in
                buffer.writeInteger(change.type)
                buffer.writeLengthPrefixed { change.encode(into: &$0) }
            }
        case .createSession(let timeoutMs): buffer.writeInteger(timeoutMs)
        case .closeSession(let paths): buffer.writeJuteVector(paths) { $0.writeJutePath($1) }
        case .error(let code): buffer.writeInteger(code)
        }
    }
}
