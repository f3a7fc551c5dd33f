internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Znodes

/// Requests about watches.
extension CommittedState {
    mutating func addWatch(
        _ request: RequestFrame, on connection: Connection, into effects: inout Effects
    ) throws(ErrorCode) {
        guard let record = request.decode(AddWatchRequest.init(decoding:)) else { throw .marshallingError }
        let path = record.path ?? ZnodePath([])
        switch record.mode {
        case 0: watches.add(.persistent, on: path, for: connection.id)
        case 1: watches.add(.recursive, on: path, for: connection.id)
        default: throw .marshallingError
        }
        effects.answer(connection) { buffer in
            buffer.writeReplyFrame(xid: request.xid, zxid: lastZxid, error: .ok) { $0.writeInteger(Int32(0)) }
        }
    }

    mutating func checkWatches(
        _ request: RequestFrame, on connection: Connection, into effects: inout Effects
    ) throws(ErrorCode) {
        let (path, modes) = try request.meantWatches()
        guard watches.contains(modes, on: path, for: connection.id) else { throw .noWatcher }
        acknowledge(request, on: connection, into: &effects)
    }

    mutating func removeWatches(
        _ request: RequestFrame, on connection: Connection, into effects: inout Effects
    ) throws(ErrorCode) {
        let (path, modes) = try request.meantWatches()
        guard watches.remove(modes, on: path, for: connection.id) else { throw .noWatcher }
        acknowledge(request, on: connection, into: &effects)
    }

    private mutating func acknowledge(
        _ request: RequestFrame, on connection: Connection, into effects: inout Effects
    ) {
        effects.answer(connection) { $0.writeReply(xid: request.xid, zxid: lastZxid, error: .ok) }
    }

    /// A client that came back says what it watched; what changed since it looked is an event now, and the
    /// rest is watched again. Events carry zxid -1 and precede the answer (client protocol 6.6).
    mutating func setWatches(
        _ request: RequestFrame, on connection: Connection, counting statistics: inout Statistics,
        into effects: inout Effects
    ) throws(ErrorCode) {
        let hasPersistent = request.type == OpCode.setWatches2.rawValue
        guard
            let record = request.decode({ reader throws(DecodingError) in
                try SetWatchesRequest(decoding: &reader, hasPersistent: hasPersistent)
            })
        else { throw .marshallingError }
        for (event, path) in watch(again: record, for: connection.id) {
            effects.notify(connection) {
                $0.writeEvent(type: event.rawValue, path: path, zxid: Zxid(rawValue: -1))
            }
            statistics.recordMessage(to: connection)
        }
        acknowledge(request, on: connection, into: &effects)
    }

    /// - Returns: The events of what changed meanwhile, in the order in which the client named the paths.
    private mutating func watch(
        again record: SetWatchesRequest, for id: ConnectionID
    ) -> [(event: EventType, path: ZnodePath)] {
        let since = record.relativeZxid
        var missed: [(event: EventType, path: ZnodePath)] = []
        for path in record.data {
            let event = stat(at: path).map { $0.mzxid > since ? EventType.dataChanged : nil } ?? .deleted
            if let event { missed.append((event, path)) } else { watches.add(.data, on: path, for: id) }
        }
        for path in record.exist {
            let event = stat(at: path).map { _ in EventType.created }
            if let event { missed.append((event, path)) } else { watches.add(.data, on: path, for: id) }
        }
        for path in record.children {
            let event = stat(at: path).map { $0.pzxid > since ? EventType.childrenChanged : nil } ?? .deleted
            if let event { missed.append((event, path)) } else { watches.add(.children, on: path, for: id) }
        }
        for path in record.persistent { watches.add(.persistent, on: path, for: id) }
        for path in record.recursive { watches.add(.recursive, on: path, for: id) }
        return missed
    }

    private func stat(at path: ZnodePath) -> StoredStat? {
        tree.znodes.find(path).map { tree.znodes.stat(of: $0) }
    }
}

extension RequestFrame {
    fileprivate func meantWatches() throws(ErrorCode) -> (ZnodePath, WatchModes) {
        guard let record = decode(WatchTypeRequest.init(decoding:)),
            let type = WatcherType(rawValue: record.type)
        else { throw .marshallingError }
        return (record.path ?? ZnodePath([]), type.modes)
    }
}
