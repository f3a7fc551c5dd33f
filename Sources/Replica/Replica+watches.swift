internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Znodes

/// Watches: set, asked for and removed by clients, fired by what a transaction did.
extension Replica {
    /// Events of one transaction, before any answer or read sees the tree after it.
    mutating func fireWatches(by zxid: Zxid) {
        if watches.isEmpty { return }
        for event in watches.fire(spares.applied) { deliver(event, zxid) }
    }

    /// A client that may not read the znode is not told, and its one-shot watch is spent all the same.
    private mutating func deliver(_ event: WatchEvent, _ zxid: Zxid) {
        for id in event.recipients {
            guard let connection = connections[id], connection.lastEvent != event.serial else { continue }
            connection.lastEvent = event.serial
            guard settings.rules.access.permits(.read, by: event.acl, to: connection.identities) else {
                continue
            }
            send(event.type, on: event.path, zxid, to: connection)
        }
    }

    private mutating func send(
        _ event: EventType, on path: ZnodePath, _ zxid: Zxid, to connection: Connection
    ) {
        effects.notify(connection) { $0.writeEvent(type: event.rawValue, path: path, zxid: zxid) }
        statistics.sent += 1
        connection.statistics.sent += 1
    }

    // MARK: Requests about watches

    mutating func addWatch(_ request: RequestFrame, on connection: Connection) throws(ErrorCode) {
        guard let record = request.decode(AddWatchRequest.init(decoding:)) else { throw .marshallingError }
        let path = record.path ?? ZnodePath([])
        switch record.mode {
        case 0: watches.add(.persistent, on: path, for: connection.id)
        case 1: watches.add(.recursive, on: path, for: connection.id)
        default: throw .marshallingError
        }
        let zxid = committed.lastZxid
        effects.answer(connection) { buffer in
            buffer.writeReplyFrame(xid: request.xid, zxid: zxid, error: .ok) { $0.writeInteger(Int32(0)) }
        }
    }

    mutating func checkWatches(_ request: RequestFrame, on connection: Connection) throws(ErrorCode) {
        let (path, modes) = try watchesMeant(by: request)
        guard watches.contains(modes, on: path, for: connection.id) else { throw .noWatcher }
        acknowledgeRead(request, on: connection)
    }

    mutating func removeWatches(_ request: RequestFrame, on connection: Connection) throws(ErrorCode) {
        let (path, modes) = try watchesMeant(by: request)
        guard watches.remove(modes, on: path, for: connection.id) else { throw .noWatcher }
        acknowledgeRead(request, on: connection)
    }

    private func watchesMeant(by request: RequestFrame) throws(ErrorCode) -> (ZnodePath, WatchModes) {
        guard let record = request.decode(WatchTypeRequest.init(decoding:)),
            let type = WatcherType(rawValue: record.type)
        else { throw .marshallingError }
        return (record.path ?? ZnodePath([]), type.modes)
    }

    private mutating func acknowledgeRead(_ request: RequestFrame, on connection: Connection) {
        let zxid = committed.lastZxid
        effects.answer(connection) { $0.writeReply(xid: request.xid, zxid: zxid, error: .ok) }
    }

    /// A client that came back says what it watched; what changed since it looked is an event now, and the
    /// rest is watched again. Events carry zxid -1 and precede the answer (client protocol 6.6).
    mutating func setWatches(_ request: RequestFrame, on connection: Connection) throws(ErrorCode) {
        let hasPersistent = request.type == OpCode.setWatches2.rawValue
        guard
            let record = request.decode({ reader throws(DecodingError) in
                try SetWatchesRequest(decoding: &reader, hasPersistent: hasPersistent)
            })
        else { throw .marshallingError }
        let since = record.relativeZxid
        for path in record.data {
            catchUp(path, .data, on: connection) {
                $0.map { $0.mzxid > since ? .dataChanged : nil } ?? .deleted
            }
        }
        for path in record.exist {
            catchUp(path, .data, on: connection) { $0 == nil ? nil : .created }
        }
        for path in record.children {
            catchUp(path, .children, on: connection) {
                $0.map { $0.pzxid > since ? .childrenChanged : nil } ?? .deleted
            }
        }
        for path in record.persistent { watches.add(.persistent, on: path, for: connection.id) }
        for path in record.recursive { watches.add(.recursive, on: path, for: connection.id) }
        acknowledgeRead(request, on: connection)
    }

    private mutating func catchUp(
        _ path: ZnodePath, _ mode: WatchModes, on connection: Connection, missed: (StoredStat?) -> EventType?
    ) {
        let stat = committed.tree.znodes.find(path).map { committed.tree.znodes.stat(of: $0) }
        if let event = missed(stat) {
            send(event, on: path, Zxid(rawValue: -1), to: connection)
        } else {
            watches.add(mode, on: path, for: connection.id)
        }
    }
}
