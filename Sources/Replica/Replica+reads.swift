internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Znodes

/// Reads: answered from the tree as it is committed, straight into the client's outbox.
extension Replica {
    mutating func answerRead(
        _ request: RequestFrame, as identities: [Identity], on id: ConnectionID, at now: Instant,
        into effects: inout Effects
    ) {
        do throws(ErrorCode) {
            try evaluate(request, as: identities, on: id, into: &effects)
        } catch {
            let zxid = tree.lastZxid
            effects.answer(id) { $0.writeReply(xid: request.xid, zxid: zxid, error: error) }
        }
        note(xid: request.xid, type: request.type, arrivalMs: request.arrivalMs, on: id, at: now)
    }

    private mutating func evaluate(
        _ request: RequestFrame, as identities: [Identity], on id: ConnectionID, into effects: inout Effects
    ) throws(ErrorCode) {
        switch OpCode(rawValue: request.type) {
        case .ping: ping(on: id, into: &effects)
        case .getData: try getData(request, as: identities, on: id, into: &effects)
        case .exists: try exists(request, as: identities, on: id, into: &effects)
        case .getChildren: try getChildren(request, withStat: false, as: identities, on: id, into: &effects)
        case .getChildren2: try getChildren(request, withStat: true, as: identities, on: id, into: &effects)
        case .getACL: try getACL(request, as: identities, on: id, into: &effects)
        case .getAllChildrenNumber: try countDescendants(request, as: identities, on: id, into: &effects)
        case .getEphemerals: try getEphemerals(request, on: id, into: &effects)
        case .multiRead: try multiRead(request, as: identities, on: id, into: &effects)
        case .whoAmI: whoAmI(request, as: identities, on: id, into: &effects)
        case .setWatches, .setWatches2: try setWatches(request, on: id, into: &effects)
        case .addWatch: try addWatch(request, on: id, into: &effects)
        case .checkWatches: try checkWatches(request, on: id, into: &effects)
        case .removeWatches: try removeWatches(request, on: id, into: &effects)
        default: throw .unimplemented
        }
    }

    /// The znode at `path`, if `identities` may do one of `permissions` to it.
    private func readable(
        _ path: RawSpan, _ permissions: Permissions = .read, as identities: [Identity]
    ) throws(ErrorCode) -> NodeID {
        guard let node = tree.nodes.find(path) else { throw .noNode }
        try require(permissions, on: node, as: identities)
        return node
    }

    private func require(
        _ permissions: Permissions, on node: NodeID, as identities: [Identity]
    ) throws(ErrorCode) {
        if tree.nodes.acl(of: node) == .open { return }
        try settings.rules.access.check(permissions, by: tree.acl(of: node), to: identities)
    }

    /// The answer's xid is always -2, whatever the client sent.
    private mutating func ping(on id: ConnectionID, into effects: inout Effects) {
        let zxid = tree.lastZxid
        effects.answer(id) { $0.writeReply(xid: -2, zxid: zxid, error: .ok) }
    }

    private mutating func getData(
        _ request: RequestFrame, as identities: [Identity], on id: ConnectionID, into effects: inout Effects
    ) throws(ErrorCode) {
        let (node, watched) = try find(request, as: identities)
        if let watched { watches.add(.data, on: watched, for: id) }
        effects.answer(id) { buffer in
            buffer.writeReply(
                xid: request.xid, zxid: tree.lastZxid, data: tree.nodes.data(of: node),
                isNull: tree.nodes.hasNullData(node), stat: tree.stat(of: node))
        }
    }

    private mutating func getChildren(
        _ request: RequestFrame, withStat: Bool, as identities: [Identity], on id: ConnectionID,
        into effects: inout Effects
    ) throws(ErrorCode) {
        let (node, watched) = try find(request, as: identities)
        if let watched { watches.add(.children, on: watched, for: id) }
        effects.answer(id) { buffer in
            buffer.writeReplyFrame(xid: request.xid, zxid: tree.lastZxid, error: .ok) { buffer in
                writeChildren(of: node, into: &buffer)
                if withStat { buffer.writeJute(tree.stat(of: node)) }
            }
        }
    }

    private func writeChildren(of node: NodeID, into buffer: inout ByteBuffer) {
        let count = tree.nodes.childCount(of: node)
        buffer.writeInteger(Int32(count))
        for index in 0..<count {
            buffer.writeJuteBytes(tree.nodes.name(of: tree.nodes.child(index, of: node)))
        }
    }

    /// The znode that a read names, and its path if the client wants to watch it.
    private func find(
        _ request: RequestFrame, as identities: [Identity]
    ) throws(ErrorCode) -> (node: NodeID, watched: ZnodePath?) {
        let found: Result<(NodeID, ZnodePath?), ErrorCode> = request.withPathAndWatch { path, isWatched in
            do throws(ErrorCode) {
                let node = try readable(path, as: identities)
                return .success((node, isWatched ? ZnodePath(path) : nil))
            } catch {
                return .failure(error)
            }
        }
        return try found.get()
    }

    /// The watch stays even where the znode is missing; a znode that may not be read leaves none.
    private mutating func exists(
        _ request: RequestFrame, as identities: [Identity], on id: ConnectionID, into effects: inout Effects
    ) throws(ErrorCode) {
        let asked: Result<(ZnodePath, Bool), ErrorCode> = request.withPathAndWatch {
            .success((ZnodePath($0), $1))
        }
        let (path, isWatched) = try asked.get()
        guard !path.bytes.contains(0) else { throw .badArguments }
        let node = tree.nodes.find(path)
        if let node { try require(.read, on: node, as: identities) }
        if isWatched { watches.add(.data, on: path, for: id) }
        guard let node else { throw .noNode }
        effects.answer(id) { $0.writeReply(xid: request.xid, zxid: tree.lastZxid, stat: tree.stat(of: node)) }
    }

    private mutating func getACL(
        _ request: RequestFrame, as identities: [Identity], on id: ConnectionID, into effects: inout Effects
    ) throws(ErrorCode) {
        let path = try path(of: request)
        let node = try readable(path.bytes.span.bytes, [.read, .admin], as: identities)
        var acl = tree.acl(of: node)
        if !settings.rules.access.permits(.admin, by: acl, to: identities) {
            acl = settings.rules.access.masked(acl)
        }
        effects.answer(id) { buffer in
            buffer.writeReplyFrame(xid: request.xid, zxid: tree.lastZxid, error: .ok) { buffer in
                buffer.writeJute(acl)
                buffer.writeJute(tree.stat(of: node))
            }
        }
    }

    private mutating func countDescendants(
        _ request: RequestFrame, as identities: [Identity], on id: ConnectionID, into effects: inout Effects
    ) throws(ErrorCode) {
        let path = try path(of: request)
        let node = try readable(path.bytes.span.bytes, as: identities)
        let count = Int32(truncatingIfNeeded: tree.nodes.descendantCount(of: node))
        effects.answer(id) { buffer in
            buffer.writeReplyFrame(xid: request.xid, zxid: tree.lastZxid, error: .ok) {
                $0.writeInteger(count)
            }
        }
    }

    private func path(of request: RequestFrame) throws(ErrorCode) -> ZnodePath {
        guard let record = request.decode(PathRequest.init(decoding:)), let path = record.path
        else { throw .marshallingError }
        return path
    }

    /// The client's own ephemerals; the prefix is compared as plain text.
    private mutating func getEphemerals(
        _ request: RequestFrame, on id: ConnectionID, into effects: inout Effects
    ) throws(ErrorCode) {
        guard let record = request.decode(PathRequest.init(decoding:)), let session = connections[id]?.session
        else { throw .marshallingError }
        let prefix = record.path?.bytes.trimmed() ?? []
        let takesAll = prefix.isEmpty || prefix == ZnodePath.root.bytes
        let paths = tree.ephemerals(of: session).sorted().filter {
            takesAll || $0.bytes.starts(with: record.path?.bytes ?? [])
        }
        let zxid = tree.lastZxid
        effects.answer(id) { buffer in
            buffer.writeReplyFrame(xid: request.xid, zxid: zxid, error: .ok) { buffer in
                buffer.writeInteger(Int32(paths.count))
                for path in paths { buffer.writeJutePath(path) }
            }
        }
    }

    /// Each read for itself: one that fails says so in its place, but a null path spoils the whole, as in
    /// Apache. No watch is set.
    private mutating func multiRead(
        _ request: RequestFrame, as identities: [Identity], on id: ConnectionID, into effects: inout Effects
    ) throws(ErrorCode) {
        guard let record = request.decode(MultiReadRequest.init(decoding:)),
            record.reads.allSatisfy({ $0.path != nil }), answerBytes(of: record) <= Replica.multiReadBytesMax
        else { throw .marshallingError }
        effects.answer(id) { buffer in
            buffer.writeReplyFrame(xid: request.xid, zxid: tree.lastZxid, error: .ok) { buffer in
                for read in record.reads { answer(read, as: identities, into: &buffer) }
                MultiHeader.end.encode(into: &buffer)
            }
        }
    }

    /// The data that a multiRead asks for, before any of it is copied: 50,000 times a megabyte fits in one
    /// frame.
    private func answerBytes(of request: MultiReadRequest) -> Int {
        request.reads.reduce(0) { total, read in
            total + (read.path.flatMap { tree.nodes.find($0) }.map { tree.nodes.dataLength(of: $0) } ?? 0)
        }
    }

    private func answer(_ read: MultiRead, as identities: [Identity], into buffer: inout ByteBuffer) {
        do throws(ErrorCode) {
            guard let path = read.path else { throw .marshallingError }
            let node = try readable(path.bytes.span.bytes, as: identities)
            MultiHeader(type: read.type, isDone: false, error: 0).encode(into: &buffer)
            switch read {
            case .getChildren:
                writeChildren(of: node, into: &buffer)
            case .getData:
                buffer.writeJuteBytes(tree.nodes.data(of: node), isNull: tree.nodes.hasNullData(node))
                buffer.writeJute(tree.stat(of: node))
            }
        } catch {
            MultiResult.failed(code: error.rawValue).encode(into: &buffer)
        }
    }

    private mutating func whoAmI(
        _ request: RequestFrame, as identities: [Identity], on id: ConnectionID, into effects: inout Effects
    ) {
        let zxid = tree.lastZxid
        effects.answer(id) { buffer in
            buffer.writeReplyFrame(xid: request.xid, zxid: zxid, error: .ok) { buffer in
                buffer.writeInteger(Int32(identities.count))
                for identity in identities {
                    buffer.writeJuteText(identity.scheme)
                    buffer.writeJuteText(identity.userName)
                }
            }
        }
    }
}

extension Identity {
    /// Who it is, without what proves it.
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
