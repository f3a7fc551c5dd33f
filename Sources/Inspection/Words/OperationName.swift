package import Vocabulary

/// The name of a transaction's operation: as in the view `txns` of the log.
package enum OperationName {
    package static func text(_ type: Int32) -> String {
        switch OpCode(rawValue: type) {
        case .create: "create"
        case .delete: "delete"
        case .setData: "setData"
        case .setACL: "setACL"
        case .check: "check"
        case .multi: "multi"
        case .create2: "create2"
        case .reconfig: "reconfig"
        case .createContainer: "createContainer"
        case .deleteContainer: "deleteContainer"
        case .createTTL: "createTTL"
        case .error: "error"
        case .createSession: "createSession"
        case .closeSession: "closeSession"
        default: String(type)
        }
    }

    /// The types that a name or a number stands for; `create` is any of the creations, `delete` both
    /// deletions. Empty for what is none.
    package static func types(_ name: String) -> [Int32] {
        switch name.lowercased() {
        case "create": return [1, 15, 19, 21]
        case "delete": return [2, 20]
        default: break
        }
        if let number = Int32(name) { return [number] }
        return known.filter { text($0).lowercased() == name.lowercased() }
    }

    package static let known: [Int32] = [1, 2, 5, 7, 13, 14, 15, 16, 19, 20, 21, -1, -10, -11]

    /// `noNode (-101)`
    package static func error(_ code: Int32) -> String {
        guard let known = ErrorCode(rawValue: code) else { return "\(code)" }
        return "\(known) (\(code))"
    }
}

extension Permissions {
    /// `cdrwa`, as zkCli prints it.
    package var letters: String {
        let names: [(Permissions, String)] = [
            (.create, "c"), (.delete, "d"), (.read, "r"), (.write, "w"), (.admin, "a"),
        ]
        return names.map { contains($0.0) ? $0.1 : "" }.joined()
    }
}

extension [ACLEntry] {
    /// `world:anyone:cdrwa`, several with blanks between.
    package var text: String {
        isEmpty
            ? "(no entries)"
            : map { "\($0.identity.scheme):\($0.identity.id):\($0.permissions.letters)" }
                .joined(separator: " ")
    }
}

extension Ownership {
    /// `persistent`, `ephemeral of 0x…`, `container`, `ttl 5000 ms`.
    package var text: String {
        switch self {
        case .persistent: "persistent"
        case .ephemeral(let session): "ephemeral of \(session)"
        case .container: "container"
        case .ttl(let milliseconds): "ttl \(milliseconds) ms"
        }
    }
}
