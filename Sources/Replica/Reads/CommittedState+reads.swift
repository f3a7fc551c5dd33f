internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Znodes

/// Reads: answered from the tree as it is committed, straight into the client's outbox.
///
/// Looking and watching are one step, so that no change falls between the two.
extension CommittedState {
    /// Bytes of data that one multiRead may ask for.
    private static let multiReadBytesMax = 64 << 20

    mutating func answerRead(
        _ request: RequestFrame, as identities: [Identity], on connection: Connection, at now: Instant,
        counting statistics: inout Statistics, into effects: inout Effects
    ) {
        do throws(ErrorCode) {
            try evaluate(request, as: identities, on: connection, counting: &statistics, into: &effects)
        } catch {
            effects.answer(connection) { $0.writeReply(xid: request.xid, zxid: lastZxid, error: error) }
        }
        statistics.recordAnswer(
            xid: request.xid, type: request.type, arrivalMs: request.arrivalMs, on: connection,
            applied: lastZxid, at: now)
    }

    private mutating func evaluate(
        _ request: RequestFrame, as identities: [Identity], on connection: Connection,
        counting statistics: inout Statistics, into effects: inout Effects
    ) throws(ErrorCode) {
        switch OpCode(rawValue: request.type) {
        case .ping: ping(on: connection, into: &effects)
        case .getData: try getData(request, as: identities, on: connection, into: &effects)
        case .exists: try exists(request, as: identities, on: connection, into: &effects)
        case .getChildren:
            try getChildren(request, withStat: false, as: identities, on: connection, into: &effects)
        case .getChildren2:
            try getChildren(request, withStat: true, as: identities, on: connection, into: &effects)
        case .getACL: try getACL(request, as: identities, on: connection, into: &effects)
        case .getAllChildrenNumber:
            try countDescendants(request, as: identities, on: connection, into: &effects)
        case .getEphemerals: try getEphemerals(request, on: connection, into: &effects)
        case .multiRead: try multiRead(request, as: identities, on: connection, into: &effects)
        case .whoAmI: whoAmI(request, as: identities, on: connection, into: &effects)
        case .setWatches, .setWatches2:
            try setWatches(request, on: connection, counting: &statistics, into: &effects)
        case .addWatch: try addWatch(request, on: connection, into: &effects)
        case .checkWatches: try checkWatches(request, on: connection, into: &effects)
        case .removeWatches: try removeWatches(request, on: connection, into: &effects)
        default: throw .unimplemented
        }
    }

    /// The answer's xid is always -2, whatever the client sent.
    private mutating func ping(on connection: Connection, into effects: inout Effects) {
        effects.answer(connection) { $0.writeReply(xid: -2, zxid: lastZxid, error: .ok) }
    }

    private mutating func getData(
        _ request: RequestFrame, as identities: [Identity], on connection: Connection,
        into effects: inout Effects
    ) throws(ErrorCode) {
        let (node, watched) = try find(request, as: identities)
        if let watched { watches.add(.data, on: watched, for: connection.id) }
        effects.answer(connection) { $0.writeReply(xid: request.xid, data: node, in: tree) }
    }

    private mutating func getChildren(
        _ request: RequestFrame, withStat: Bool, as identities: [Identity], on connection: Connection,
        into effects: inout Effects
    ) throws(ErrorCode) {
        let (node, watched) = try find(request, as: identities)
        if let watched { watches.add(.children, on: watched, for: connection.id) }
        effects.answer(connection) { buffer in
            buffer.writeReplyFrame(xid: request.xid, zxid: lastZxid, error: .ok) { buffer in
                buffer.writeChildren(of: node, in: tree)
                if withStat { buffer.writeJute(tree.stat(of: node)) }
            }
        }
    }

    /// The znode that a read names, and its path if the client wants to watch it.
    private mutating func find(
        _ request: RequestFrame, as identities: [Identity]
    ) throws(ErrorCode) -> (node: ZnodeID, watched: ZnodePath?) {
        let found: Result<(ZnodeID, ZnodePath?), ErrorCode> = request.withPathAndWatch { path, isWatched in
            do throws(ErrorCode) {
                let node = try tree.readable(path, as: identities, access)
                return .success((node, isWatched ? ZnodePath(path) : nil))
            } catch {
                return .failure(error)
            }
        }
        return try found.get()
    }

    /// The watch stays even where the znode is missing; a znode that may not be read leaves none.
    private mutating func exists(
        _ request: RequestFrame, as identities: [Identity], on connection: Connection,
        into effects: inout Effects
    ) throws(ErrorCode) {
        let asked: Result<(ZnodePath, Bool), ErrorCode> = request.withPathAndWatch {
            .success((ZnodePath($0), $1))
        }
        let (path, isWatched) = try asked.get()
        guard !path.bytes.contains(0) else { throw .badArguments }
        let node = tree.znodes.find(path)
        if let node { try tree.require(.read, on: node, as: identities, access) }
        if isWatched { watches.add(.data, on: path, for: connection.id) }
        guard let node else { throw .noNode }
        effects.answer(connection) {
            $0.writeReply(xid: request.xid, zxid: lastZxid, stat: tree.stat(of: node))
        }
    }

    private mutating func getACL(
        _ request: RequestFrame, as identities: [Identity], on connection: Connection,
        into effects: inout Effects
    ) throws(ErrorCode) {
        let path = try request.path()
        let node = try tree.readable(path.bytes.span.bytes, [.read, .admin], as: identities, access)
        var acl = tree.acl(of: node)
        if !access.permits(.admin, by: acl, to: identities) { acl = access.masked(acl) }
        effects.answer(connection) { buffer in
            buffer.writeReplyFrame(xid: request.xid, zxid: lastZxid, error: .ok) { buffer in
                buffer.writeJute(acl)
                buffer.writeJute(tree.stat(of: node))
            }
        }
    }

    private mutating func countDescendants(
        _ request: RequestFrame, as identities: [Identity], on connection: Connection,
        into effects: inout Effects
    ) throws(ErrorCode) {
        let path = try request.path()
        let node = try tree.readable(path.bytes.span.bytes, as: identities, access)
        let count = Int32(truncatingIfNeeded: tree.znodes.descendantCount(of: node))
        effects.answer(connection) { buffer in
            buffer.writeReplyFrame(xid: request.xid, zxid: lastZxid, error: .ok) { $0.writeInteger(count) }
        }
    }

    /// The client's own ephemerals; the prefix is compared as plain text.
    private mutating func getEphemerals(
        _ request: RequestFrame, on connection: Connection, into effects: inout Effects
    ) throws(ErrorCode) {
        guard let record = request.decode(PathRequest.init(decoding:)) else { throw .marshallingError }
        let prefix = record.path?.bytes.trimmed() ?? []
        let takesAll = prefix.isEmpty || prefix == ZnodePath.root.bytes
        let paths = tree.ephemerals(of: connection.session).sorted().filter {
            takesAll || $0.bytes.starts(with: record.path?.bytes ?? [])
        }
        effects.answer(connection) { buffer in
            buffer.writeReplyFrame(xid: request.xid, zxid: lastZxid, error: .ok) { buffer in
                buffer.writeInteger(Int32(paths.count))
                for path in paths { buffer.writeJutePath(path) }
            }
        }
    }

    /// Each read for itself: one that fails says so in its place, but a null path spoils the whole, as in
    /// Apache. No watch is set.
    private mutating func multiRead(
        _ request: RequestFrame, as identities: [Identity], on connection: Connection,
        into effects: inout Effects
    ) throws(ErrorCode) {
        guard let record = request.decode(MultiReadRequest.init(decoding:)),
            record.reads.allSatisfy({ $0.path != nil }),
            tree.dataBytes(of: record) <= CommittedState.multiReadBytesMax
        else { throw .marshallingError }
        effects.answer(connection) { buffer in
            buffer.writeReplyFrame(xid: request.xid, zxid: lastZxid, error: .ok) { buffer in
                for read in record.reads { tree.answer(read, as: identities, access, into: &buffer) }
                MultiHeader.end.encode(into: &buffer)
            }
        }
    }

    private mutating func whoAmI(
        _ request: RequestFrame, as identities: [Identity], on connection: Connection,
        into effects: inout Effects
    ) {
        effects.answer(connection) { buffer in
            buffer.writeReplyFrame(xid: request.xid, zxid: lastZxid, error: .ok) { buffer in
                buffer.writeInteger(Int32(identities.count))
                for identity in identities {
                    buffer.writeJuteText(identity.scheme)
                    buffer.writeJuteText(identity.userName)
                }
            }
        }
    }
}

extension RequestFrame {
    /// The path that is all of the request's body.
    fileprivate func path() throws(ErrorCode) -> ZnodePath {
        guard let record = decode(PathRequest.init(decoding:)), let path = record.path
        else { throw .marshallingError }
        return path
    }
}

/// Parts of the tree that a read takes, for whoever may see them.
extension Tree {
    /// The znode at `path`, if `identities` may do one of `permissions` to it.
    fileprivate func readable(
        _ path: RawSpan, _ permissions: Permissions = .read, as identities: [Identity], _ access: Access
    ) throws(ErrorCode) -> ZnodeID {
        guard let node = znodes.find(path) else { throw .noNode }
        try require(permissions, on: node, as: identities, access)
        return node
    }

    fileprivate func require(
        _ permissions: Permissions, on node: ZnodeID, as identities: [Identity], _ access: Access
    ) throws(ErrorCode) {
        if znodes.acl(of: node) == .open { return }
        try access.check(permissions, by: acl(of: node), to: identities)
    }

    /// The data that a multiRead asks for, before any of it is copied: 50,000 times a megabyte fits in one
    /// frame.
    fileprivate func dataBytes(of request: MultiReadRequest) -> Int {
        request.reads.reduce(0) { total, read in
            total + (read.path.flatMap { znodes.find($0) }.map { znodes.dataLength(of: $0) } ?? 0)
        }
    }

    /// One read of a multiRead: its result, or why there is none.
    fileprivate func answer(
        _ read: MultiRead, as identities: [Identity], _ access: Access, into buffer: inout ByteBuffer
    ) {
        do throws(ErrorCode) {
            guard let path = read.path else { throw .marshallingError }
            let node = try readable(path.bytes.span.bytes, as: identities, access)
            MultiHeader(type: read.type, isDone: false, error: 0).encode(into: &buffer)
            switch read {
            case .getChildren:
                buffer.writeChildren(of: node, in: self)
            case .getData:
                buffer.writeJuteBytes(znodes.data(of: node), isNull: znodes.hasNullData(node))
                buffer.writeJute(stat(of: node))
            }
        } catch {
            MultiResult.failed(code: error.rawValue).encode(into: &buffer)
        }
    }
}

extension ByteBuffer {
    fileprivate mutating func writeReply(xid: Int32, data node: ZnodeID, in tree: borrowing Tree) {
        writeReply(
            xid: xid, zxid: tree.lastZxid, data: tree.znodes.data(of: node),
            isNull: tree.znodes.hasNullData(node), stat: tree.stat(of: node))
    }

    fileprivate mutating func writeChildren(of node: ZnodeID, in tree: borrowing Tree) {
        let count = tree.znodes.childCount(of: node)
        writeInteger(Int32(count))
        for index in 0..<count {
            writeJuteBytes(tree.znodes.name(of: tree.znodes.child(index, of: node)))
        }
    }
}

extension Identity {
    /// The identity's name, without what proves it.
    fileprivate var userName: ByteString {
        guard scheme == Scheme.digest.name else { return id }
        return ByteString(Array(id.bytes.prefix { $0 != UInt8(ascii: ":") }))
    }
}

extension [UInt8] {
    /// Without blanks and controls at both ends, as Java trims.
    fileprivate func trimmed() -> [UInt8] {
        let body = drop { $0 <= 32 }
        guard let last = body.lastIndex(where: { $0 > 32 }) else { return [] }
        return Array(body[...last])
    }
}
