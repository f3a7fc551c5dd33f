internal import DequeModule
internal import NIOCore
internal import Replica
internal import Vocabulary
internal import Wire
internal import Znodes

/// Answers and events to clients, judged by the history.
extension Simulation {
    func hear(_ frame: ByteBuffer, by client: Client) throws(Violation) {
        var reader = JuteReader(frame.readableBytesSpan)
        guard let header = try? ReplyHeader(decoding: &reader) else {
            throw Violation("client \(client.index) heard what is no reply")
        }
        switch header.xid {
        case -1:
            guard let event = try? WatcherEvent(decoding: &reader), let path = event.path else {
                throw Violation("client \(client.index) heard what is no event")
            }
            try take(event.type, about: path, by: client)
        case -2: break
        default:
            guard let asked = client.pending.popFirst(), asked.xid == header.xid else {
                throw Violation(
                    "client \(client.index) was answered \(header.xid) out of turn, "
                        + "behind \(client.lastAnswered)")
            }
            client.lastAnswered = header.xid
            try judge(header, frame, asked, by: client)
        }
    }

    // MARK: Events

    /// A watch fires at most once, and only one that was set.
    private func take(_ type: Int32, about path: ZnodePath, by client: Client) throws(Violation) {
        let before = client.watches.count
        let type = EventType(rawValue: type)
        client.watches.removeAll { watch in
            guard watch.path == path else { return false }
            return switch type {
            case .created: watch.kind == .existence
            case .dataChanged: watch.kind == .data
            case .childrenChanged: watch.kind == .children
            case .deleted: true
            default: false
            }
        }
        guard client.watches.count < before else {
            throw Violation("client \(client.index) heard of \(path) without a watch there")
        }
    }

    /// No answer shows a change that a watch has not told of.
    private func requireEvents(before zxid: Zxid, by client: Client) throws(Violation) {
        for watch in client.watches {
            let change =
                switch watch.kind {
                case .data, .existence: record.model.firstChange(of: watch.path, after: watch.since)
                case .children: record.model.firstChildChange(of: watch.path, after: watch.since)
                }
            guard let change, change <= zxid else { continue }
            throw Violation(
                "client \(client.index) was answered at \(zxid) before its watch on \(watch.path) told of "
                    + "\(change)")
        }
    }

    // MARK: Answers

    private func judge(
        _ header: ReplyHeader, _ frame: ByteBuffer, _ asked: Client.Pending, by client: Client
    ) throws(Violation) {
        let zxid = header.zxid
        transcript.note(
            nowMs, Int64(client.host), 8, Int64(header.xid), zxid.rawValue, Int64(header.error),
            line: "\(nowMs) client \(client.index) is answered \(header.xid): \(header.error) at \(zxid)")
        guard zxid <= record.lastZxid else {
            throw Violation("client \(client.index) was answered at \(zxid), which nobody has applied")
        }
        guard zxid >= client.lastZxid else {
            throw Violation(
                "client \(client.index) was answered at \(zxid) after it had seen \(client.lastZxid)")
        }
        if case .setWatches(let request) = asked.operation {
            // An existence that came and went meanwhile is nothing that anybody promised to tell.
            for index in client.watches.indices
            where client.watches[index].kind == .existence
                && request.exist.contains(client.watches[index].path)
            {
                client.watches[index].since = zxid
            }
        }
        try requireEvents(before: zxid, by: client)
        client.lastZxid = zxid
        if header.error == ErrorCode.sessionExpired.rawValue { return }
        if asked.operation.isWrite {
            try judgeWrite(header, frame, asked, by: client)
        } else {
            try judgeRead(header, frame, asked.operation, by: client)
        }
    }

    private func judgeWrite(
        _ header: ReplyHeader, _ frame: ByteBuffer, _ asked: Client.Pending, by client: Client
    ) throws(Violation) {
        let write = Record.Write(session: client.session, asked.operation)
        let zxid = header.zxid
        let version = record.model.version(of: asked.operation.subject, at: zxid)
        switch ErrorCode(rawValue: header.error) {
        case .ok? where hasFailed(frame, asked.operation): break
        case .ok?:
            try requireEffect(of: asked, at: zxid, by: client)
            record.noteAnswer(zxid)
            if calmSinceMs != nil { client.answeredInCalm += 1 }
            return
        case .noNode? where version == nil: break
        case .nodeExists? where version != nil: break
        case .badVersion? where asked.operation.expectedVersion != version?.number: break
        default:
            throw Violation(
                "client \(client.index) was told \(header.error) of \(asked.operation) at \(zxid)")
        }
        guard let transaction = record.transaction(at: zxid), transaction.session == client.session,
            transaction.change.isRefusal
        else {
            throw Violation(
                "client \(client.index) was told that \(asked.operation) failed at \(zxid), where it did not")
        }
        if let write { try record.noteRefusal(write) }
    }

    /// A multi fails inside its answer.
    private func hasFailed(_ frame: ByteBuffer, _ operation: Operation) -> Bool {
        guard case .setPair = operation else { return false }
        var reader = JuteReader(frame.readableBytesSpan)
        _ = try? ReplyHeader(decoding: &reader)
        guard let results = try? MultiResult.decodeAll(&reader) else { return false }
        return results.contains { result in
            guard case .failed = result else { return false }
            return true
        }
    }

    /// Checks that an acknowledged write is in the history, as it was asked for, where the answer says, and
    /// behind all that anybody had been told of before it was asked.
    private func requireEffect(
        of asked: Client.Pending, at zxid: Zxid, by client: Client
    ) throws(Violation) {
        let request = "client \(client.index)'s \(asked.operation)"
        guard let transaction = record.transaction(at: zxid), transaction.session == client.session,
            asked.operation.isDone(by: transaction.change)
        else { throw Violation("\(request) is acknowledged at \(zxid), where it is not") }
        guard zxid > asked.after else {
            throw Violation(
                "\(request) took effect at \(zxid), before \(asked.after), which was known earlier")
        }
    }

    private func judgeRead(
        _ header: ReplyHeader, _ frame: ByteBuffer, _ operation: Operation, by client: Client
    ) throws(Violation) {
        let zxid = header.zxid
        let version = record.model.version(of: operation.subject, at: zxid)
        func fail(_ what: String) -> Violation {
            Violation("client \(client.index) was told \(what) by \(operation) at \(zxid)")
        }
        var reader = JuteReader(frame.readableBytesSpan)
        _ = try? ReplyHeader(decoding: &reader)
        switch (operation, ErrorCode(rawValue: header.error)) {
        case (.sync, .ok?), (.setWatches, .ok?): return
        case (.get(let path, let isWatched), .ok?):
            guard let response = try? GetDataResponse(decoding: &reader) else {
                throw fail("nothing readable")
            }
            guard let version, version.data == response.data, version.number == response.stat.version else {
                throw fail("\(response.data.map { String(decoding: $0, as: UTF8.self) } ?? "null")")
            }
            if path == Operation.counted { client.countedVersion = version.number }
            if isWatched { client.watch(path, .data, since: zxid) }
        case (.exists(let path, let isWatched), .ok?):
            guard version != nil else { throw fail("that it exists") }
            if isWatched { client.watch(path, .data, since: zxid) }
        case (.exists(let path, let isWatched), .noNode?):
            guard version == nil else { throw fail("that it does not exist") }
            if isWatched { client.watch(path, .existence, since: zxid) }
        case (.get, .noNode?), (.children, .noNode?):
            guard version == nil else { throw fail("that it does not exist") }
        case (.children(let path, let isWatched), .ok?):
            guard let count = try? reader.int32() else { throw fail("nothing readable") }
            guard Int(count) == record.model.childCount(of: path, at: zxid) else {
                throw fail("of \(count) children")
            }
            if isWatched { client.watch(path, .children, since: zxid) }
        default: throw fail("error \(header.error)")
        }
    }
}

extension Client {
    fileprivate func watch(_ path: ZnodePath, _ kind: Watch.Kind, since zxid: Zxid) {
        guard !watches.contains(where: { $0.path == path && $0.kind == kind }) else { return }
        watches.append(Watch(path: path, kind: kind, since: zxid))
    }
}

extension Operation {
    /// The znode that decides how it ends.
    fileprivate var subject: ZnodePath {
        switch self {
        case .set(let path, _, _), .create(let path, _), .delete(let path), .get(let path, _),
            .exists(let path, _), .children(let path, _), .sync(let path), .createEphemeral(let path, _, _):
            path
        case .setPair: Operation.pair[0]
        case .setWatches: Operation.group
        }
    }

    fileprivate var expectedVersion: Int32? {
        guard case .set(_, _, let version) = self else { return nil }
        return version
    }

    fileprivate func isDone(by change: Change) -> Bool {
        switch (self, change) {
        case (.set(let path, let value, _), .setData(let changed, let data, _)):
            changed == path && data == Array(value.utf8)
        case (.create(let path, let value), .create(let creation)):
            creation.path == path && creation.data == Array(value.utf8)
        case (.createEphemeral(let parent, let value, _), .create(let creation)):
            creation.isEphemeral && creation.path.parent == parent && creation.data == Array(value.utf8)
        case (.delete(let path), .delete(let deleted, _)): deleted == path
        case (.setPair(let value, false), .multi(let changes)):
            changes.allSatisfy { change in
                guard case .setData(_, let data, _) = change else { return false }
                return data == Array(value.utf8)
            }
        default: false
        }
    }
}

extension Change {
    /// Whether it is what is recorded of a request that failed.
    fileprivate var isRefusal: Bool {
        if case .multi(let changes) = self { return changes.haveFailed }
        return isError
    }
}
