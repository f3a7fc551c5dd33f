internal import Vocabulary
internal import Znodes

extension Change {
    /// The record of a transaction of `type`, up to a digest.
    init(type: Int32, decoding reader: inout JuteReader) throws(DecodingError) {
        switch OpCode(rawValue: type) {
        case .create: self = try Change.creationOfAnyVersion(decoding: &reader)
        case .setACL:
            self = .setACL(
                path: try reader.requiredPath(), acl: try reader.storedACL(), version: try reader.int32())
        case .reconfig:
            self = .reconfig(
                path: try reader.requiredPath(), data: try reader.buffer(), version: try reader.int32())
        case .multi: self = try Change.multi(decoding: &reader)
        case .createSession: self = .createSession(timeoutMs: try reader.int32())
        case .closeSession: self = try Change.closeSession(decoding: &reader)
        case .check: throw .unexpectedType(type)
        default: self = try Change.elementary(type: type, decoding: &reader)
        }
    }

    /// Changes that may stand both alone and inside a multi, and a check.
    private static func elementary(type: Int32, decoding reader: inout JuteReader) throws(DecodingError)
        -> Change
    {
        switch OpCode(rawValue: type) {
        case .create: .create(try Creation(plain: .create, decoding: &reader))
        case .create2: .create(try Creation(plain: .create2, decoding: &reader))
        case .createContainer: .create(try Creation(containerDecoding: &reader))
        case .createTTL: .create(try Creation(ttlDecoding: &reader))
        case .delete: .delete(path: try reader.requiredPath(), isSweep: false)
        case .deleteContainer: .delete(path: try reader.requiredPath(), isSweep: true)
        case .setData:
            .setData(path: try reader.requiredPath(), data: try reader.buffer(), version: try reader.int32())
        case .check: .check(path: try reader.requiredPath(), version: try reader.int32())
        case .error: .error(code: try reader.int32())
        default: throw .unexpectedType(type)
        }
    }

    /// jute `CreateTxn`, or where that ends too early its forerunner `CreateTxnV0`, without the last field.
    private static func creationOfAnyVersion(decoding reader: inout JuteReader) throws(DecodingError)
        -> Change
    {
        var attempt = reader
        do throws(DecodingError) {
            let creation = try Creation(plain: .create, decoding: &attempt)
            reader = attempt
            return .create(creation)
        } catch {
            guard case .truncated = error else { throw error }
            return .create(try Creation(version0Decoding: &reader))
        }
    }

    /// jute `CloseSessionTxn`, or nothing where the writer had the record switched off.
    ///
    /// Twelve bytes that begin with the digest's version are a digest alone: as a vector they would name two
    /// znodes by empty paths, which no znode has.
    private static func closeSession(decoding reader: inout JuteReader) throws(DecodingError) -> Change {
        if reader.remaining == 0 { return .closeSession(paths: []) }
        if reader.remaining == Transaction.digestBytes {
            var attempt = reader
            if try attempt.int32() == Transaction.digestVersion { return .closeSession(paths: []) }
        }
        let paths = try reader.paths() ?? []
        guard paths.allSatisfy({ !$0.bytes.isEmpty }) else { throw .emptyPath }
        return .closeSession(paths: paths)
    }

    /// jute `MultiTxn`: each element a type and its record in a `buffer`.
    private static func multi(decoding reader: inout JuteReader) throws(DecodingError) -> Change {
        let changes = try reader.vector(minimumBytes: 8) { reader throws(DecodingError) in
            try Change.element(decoding: &reader)
        }
        return .multi(changes ?? [])
    }

    private static func element(decoding reader: inout JuteReader) throws(DecodingError) -> Change {
        let type = try reader.int32()
        guard let record = try reader.slice() else { throw .unexpectedNull }
        var inner = JuteReader(record)
        let change = try elementary(type: type, decoding: &inner)
        if case .error = change, inner.remaining > 0 {
            // Apache, while applying a failed multi, turns its good elements into errors but leaves their
            // records; what it sends later has these under type -1. Their code is 0.
            return .error(code: ErrorCode.ok.rawValue)
        }
        try inner.finish()
        return change
    }
}
