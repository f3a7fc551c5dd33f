package import Vocabulary

/// A change that somebody wants, before it is known whether it may happen.
///
/// Nullable where the wire is nullable: what a null means is decided by the check, as in Apache.
package enum Operation: Sendable {
    case create(CreateOperation)
    case delete(path: ZnodePath?, version: Int32)
    /// The delete of a container or TTL znode that has run out; only the server itself asks for it.
    case sweep(path: ZnodePath)
    case setData(path: ZnodePath?, data: [UInt8]?, version: Int32)
    case setACL(path: ZnodePath?, acl: [RequestedACLEntry]?, version: Int32)
    /// Only inside a multi.
    case check(path: ZnodePath?, version: Int32)
    case multi([Operation])

    /// Whether its path is not null; in a multi, one null spoils the whole.
    var hasPath: Bool {
        switch self {
        case .create(let creation): creation.path != nil
        case .delete(let path, _), .setData(let path, _, _), .setACL(let path, _, _), .check(let path, _):
            path != nil
        case .sweep: true
        case .multi: false
        }
    }
}

package struct CreateOperation: Sendable {
    /// Which of the four create requests asked; it decides the kind, the flags decide the rest.
    package enum Opcode: Sendable {
        case create
        case create2
        case createContainer
        case createTTL
    }

    package var opcode: Opcode
    package var path: ZnodePath?
    package var data: [UInt8]?
    package var acl: [RequestedACLEntry]?
    /// ZooKeeper's create mode, 0 to 6 (client protocol 3.7).
    package var flags: Int32
    /// Milliseconds; -1 where the request has no such field.
    package var ttlMs: Int64

    package init(
        opcode: Opcode, path: ZnodePath?, data: [UInt8]?, acl: [RequestedACLEntry]?, flags: Int32,
        ttlMs: Int64 = -1
    ) {
        self.opcode = opcode
        self.path = path
        self.data = data
        self.acl = acl
        self.flags = flags
        self.ttlMs = ttlMs
    }

    package var isEphemeral: Bool { flags == 1 || flags == 3 }
    package var isSequential: Bool { flags == 2 || flags == 3 || flags == 6 }

    /// The kind of znode this makes.
    ///
    /// - Throws: `badArguments` or `unimplemented`, in the order of client protocol 3.8.1, steps 1 to 3.
    package func kind(extendedTypes: Bool) throws(ErrorCode) -> Creation.Kind {
        guard (0...6).contains(flags) else { throw .badArguments }
        let wantsTTL = flags >= 5
        if wantsTTL && !extendedTypes { throw .unimplemented }
        guard wantsTTL == (opcode == .createTTL) else { throw .badArguments }
        switch opcode {
        case .create: return .create
        case .create2: return .create2
        case .createContainer: return .container
        case .createTTL:
            guard (1...Ownership.ttlMsMax).contains(ttlMs) else { throw .badArguments }
            return .ttl(milliseconds: ttlMs)
        }
    }
}

/// The client behind a change: its session and the identities it has proven.
package struct Requester: Sendable {
    package var session: SessionID
    /// As they were when the request arrived.
    package var identities: [Identity]

    package init(session: SessionID, identities: [Identity]) {
        self.session = session
        self.identities = identities
    }
}

/// Rules of the tree that an operator may switch.
package struct TreeRules: Sendable {
    package var access: Access
    /// TTL znodes exist (`extendedTypesEnabled`).
    package var hasExtendedTypes: Bool
    /// Hard quotas refuse (`enforceQuota`).
    package var enforcesQuota: Bool

    package init(access: Access = Access(), hasExtendedTypes: Bool = false, enforcesQuota: Bool = false) {
        self.access = access
        self.hasExtendedTypes = hasExtendedTypes
        self.enforcesQuota = enforcesQuota
    }
}
