package import Vocabulary

/// An entry of the total order of writes: decided by a leader, applied by every server.
///
/// Deterministic by construction: the zxid, the time and each resulting version are in it, so that applying
/// needs nothing but the tree.
package struct Transaction: Equatable, Sendable {
    /// The session that asked; `none` for the server's own deletions.
    package var session: SessionID
    /// The client's number for the request; with `session`, how its server finds whom to answer.
    package var cxid: Int32
    package var zxid: Zxid
    /// The leader's wall clock, milliseconds since 1970.
    package var timeMs: Int64
    package var change: Change
    /// The digest of the tree once this is applied, where the leader computed one.
    package var digest: UInt64?

    package init(
        session: SessionID, cxid: Int32, zxid: Zxid, timeMs: Int64, change: Change, digest: UInt64? = nil
    ) {
        self.session = session
        self.cxid = cxid
        self.zxid = zxid
        self.timeMs = timeMs
        self.change = change
        self.digest = digest
    }
}

/// The effect of a transaction on the tree and the sessions.
package enum Change: Equatable, Sendable {
    case create(Creation)
    /// `isSweep`: decided by the server because a container or TTL znode had run out (type 20).
    case delete(path: ZnodePath, isSweep: Bool)
    /// `version` is the one after the change.
    case setData(path: ZnodePath, data: [UInt8]?, version: Int32)
    /// `version` is the ACL's version after the change.
    case setACL(path: ZnodePath, acl: ACL, version: Int32)
    /// A new ensemble configuration, the text of `/zookeeper/config`.
    case reconfig(path: ZnodePath, data: [UInt8]?, version: Int32)
    /// Only inside a multi; changes nothing. `version` is the checked one plus 1, as Apache writes it.
    case check(path: ZnodePath, version: Int32)
    /// All or nothing. If any element is an `error`, every element is one to the reader.
    case multi([Change])
    case createSession(timeoutMs: Int32)
    /// `paths` are the session's ephemerals, in the order they are deleted.
    case closeSession(paths: [ZnodePath])
    /// A request that failed: it takes its place in the order and changes nothing.
    case error(code: Int32)
}

/// A znode about to be.
package struct Creation: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// Opcode 1: answered with the path only.
        case create
        /// Opcode 15: answered with path and stat.
        case create2
        case container
        case ttl(milliseconds: Int64)
    }

    package var kind: Kind
    /// The final path, with its sequence number where one was asked for.
    package var path: ZnodePath
    package var data: [UInt8]?
    package var acl: ACL
    package var isEphemeral: Bool
    /// How many children the parent has ever had, this one included; -1 where an old writer did not say.
    package var parentCversion: Int32

    package init(
        kind: Kind, path: ZnodePath, data: [UInt8]?, acl: ACL, isEphemeral: Bool, parentCversion: Int32
    ) {
        self.kind = kind
        self.path = path
        self.data = data
        self.acl = acl
        self.isEphemeral = isEphemeral
        self.parentCversion = parentCversion
    }
}

extension Change {
    /// The path it is about, where it is about exactly one.
    package var path: ZnodePath? {
        switch self {
        case .create(let creation): creation.path
        case .delete(let path, _), .setData(let path, _, _), .setACL(let path, _, _),
            .reconfig(let path, _, _), .check(let path, _):
            path
        case .multi, .createSession, .closeSession, .error: nil
        }
    }
}
