package import Printing
internal import Storage
internal import Vocabulary
package import Znodes

/// Transactions as JSON: the same for `log list --json`, and for `txn_json` in SQL.
extension LogEntry {
    package func json(_ data: DataText) -> JSONValue {
        var members: [(name: String, value: JSONValue)] = [
            ("zxid", .text("\(zxid)")), ("epoch", .whole(zxid.epoch.rawValue)),
            ("counter", .whole(zxid.counter)), ("time", .text(TimeText.iso(row.timeMs))),
            ("timeMs", .whole(row.timeMs)), ("session", .text("\(row.session)")), ("cxid", .whole(row.cxid)),
            ("type", .text(OperationName.text(row.type))), ("typeNumber", .whole(row.type)),
            ("path", .optional(row.path.map { "\($0)" })), ("bodyBytes", .whole(bodyBytes)),
            ("checksum", .text(HexText.word(checksum))),
        ]
        if let transaction {
            members.append(("operations", .array(transaction.steps.map { $0.json(data) })))
            members.append(("refused", .flag(transaction.isRefused)))
            members.append(("digest", .optional(transaction.digest.map { "\($0)" })))
        }
        if let fault { members.append(("fault", .text(fault.text(at: zxid)))) }
        if let undecodable { members.append(("undecodable", .text(undecodable))) }
        return .object(members)
    }
}

extension Change {
    package func json(_ data: DataText) -> JSONValue {
        var members: [(name: String, value: JSONValue)] = [("type", .text(name))]
        if let path { members.append(("path", .text("\(path)"))) }
        if let content = self.data { members += data.members(of: content) }
        switch self {
        case .create(let creation):
            members.append(("kind", .text(creation.kindText)))
            if case .ttl(let milliseconds) = creation.kind { members.append(("ttlMs", .whole(milliseconds))) }
            members.append(("acl", .text(creation.acl.text)))
            members.append(("parentCversion", .whole(creation.parentCversion)))
        case .setData(_, _, let version), .reconfig(_, _, let version):
            members.append(("version", .whole(version)))
        case .check(_, let version):
            // The one that is wanted: Apache writes the next.
            members.append(("version", .whole(version &- 1)))
        case .setACL(_, let acl, let version):
            members.append(("acl", .text(acl.text)))
            members.append(("version", .whole(version)))
        case .delete(_, let isSweep): members.append(("swept", .flag(isSweep)))
        case .createSession(let timeoutMs): members.append(("timeoutMs", .whole(timeoutMs)))
        case .closeSession(let paths): members.append(("ephemerals", .array(paths.map { .text("\($0)") })))
        case .error(let code):
            members.append(("error", .whole(code)))
            members.append(("errorName", .text(OperationName.error(code))))
        case .multi: break
        }
        return .object(members)
    }

    /// As in the column `type` of the log.
    package var name: String { OperationName.text(typeNumber) }
    private var typeNumber: Int32 {
        Transaction(session: .none, cxid: 0, zxid: .zero, timeMs: 0, change: self).typeNumber
    }
}

extension Creation {
    package var kindText: String {
        if isEphemeral { return "ephemeral" }
        switch kind {
        case .create, .create2: return "persistent"
        case .container: return "container"
        case .ttl: return "ttl"
        }
    }
}

extension DataText {
    /// A znode's data as members of an object: all of it, as text where it is text.
    package func members(of data: [UInt8]?) -> [(name: String, value: JSONValue)] {
        let length = (name: "dataBytes", value: JSONValue.optional(data?.count))
        guard let data, self != .length else { return [length] }
        if self == .text, let text = String(validating: data, as: UTF8.self) {
            return [length, ("data", .text(text))]
        }
        return [length, ("dataHex", .text(DataText.hex(data)))]
    }
}

/// Numbers that people know as hex.
package enum HexText {
    /// 16 digits, as the views of the log print a checksum.
    package static func word(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}

extension ZnodeView {
    package func json(_ data: DataText) -> JSONValue {
        let seen = self.seen
        return .object(
            [
                ("path", .text("\(path)")), ("kind", .text(ownership.text)),
            ] + data.members(of: self.data) + [
                ("acl", .text(acl.text)), ("czxid", .text("\(stat.czxid)")),
                ("mzxid", .text("\(stat.mzxid)")), ("pzxid", .text("\(stat.pzxid)")),
                ("created", .text(TimeText.iso(stat.ctime))), ("modified", .text(TimeText.iso(stat.mtime))),
                ("version", .whole(stat.version)), ("cversion", .whole(seen.cversion)),
                ("aversion", .whole(stat.aversion)),
                ("ephemeralOwner", .optional(ownership.session.map { "\($0)" })),
                ("children", .whole(childCount)),
            ])
    }
}
