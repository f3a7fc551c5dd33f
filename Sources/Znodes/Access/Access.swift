package import Vocabulary

/// Decides who may do what to a znode: ZooKeeper's ACL check and the rules an ACL must obey to be stored.
///
/// A value without state: identities and lists come in, an answer goes out.
package struct Access: Sendable {
    /// Allows everything (`skipACL=yes`).
    package var isOpen: Bool
    /// Schemes that an ACL may name besides `world` and `auth`.
    package var schemes: SchemeSet

    package init(isOpen: Bool = false, schemes: SchemeSet = .standard) {
        self.isOpen = isOpen
        self.schemes = schemes
    }

    /// Whether one of `identities` holds one of `permissions` on a znode with `acl`.
    ///
    /// A super user passes always; an empty list denies nothing, as in Apache.
    package func permits(_ permissions: Permissions, by acl: ACL, to identities: [Identity]) -> Bool {
        // Most znodes share the one open list, which is told by its memory.
        if isOpen || acl.isEmpty || acl == .open { return true }
        for entry in acl where !entry.permissions.isDisjoint(with: permissions) {
            if entry.identity == .anyone { return true }
            guard let scheme = Scheme(name: entry.identity.scheme) else { continue }
            for identity in identities
            where identity.scheme == entry.identity.scheme
                && scheme.matches(identity.id, pattern: entry.identity.id)
            {
                return true
            }
        }
        return identities.contains { $0.scheme == Scheme.superUser }
    }

    package func check(
        _ permissions: Permissions, by acl: ACL, to identities: [Identity]
    ) throws(ErrorCode) {
        guard permits(permissions, by: acl, to: identities) else { throw .noAuth }
    }

    /// The list as it will be stored: duplicates dropped, `auth` replaced by whoever is asking.
    ///
    /// - Throws: `invalidACL` for an empty list, an unknown scheme, an illegal id, or `auth` from nobody;
    ///   `marshallingError` where Apache fails to read the entry (a null id in the scheme `world`).
    package func normalize(
        _ requested: [RequestedACLEntry]?, for identities: [Identity]
    ) throws(ErrorCode) -> ACL {
        guard let requested, !requested.isEmpty else { throw .invalidACL }
        var result = ACL()
        result.reserveCapacity(requested.count)
        var seen = Set<RequestedACLEntry>()
        for entry in requested where seen.insert(entry).inserted {
            guard let scheme = entry.scheme else { throw .invalidACL }
            if scheme == Scheme.world {
                guard let id = entry.id else { throw .marshallingError }
                guard id == Identity.anyone.id else { throw .invalidACL }
                result.append(ACLEntry(permissions: entry.permissions, identity: .anyone))
            } else if scheme == Scheme.auth {
                let authenticated = identities.filter { Scheme(name: $0.scheme)?.isAuthenticated ?? false }
                guard !authenticated.isEmpty else { throw .invalidACL }
                result += authenticated.map { ACLEntry(permissions: entry.permissions, identity: $0) }
            } else {
                guard let known = Scheme(name: scheme), schemes.contains(SchemeSet(known)) else {
                    throw .invalidACL
                }
                guard let id = entry.id else { throw .marshallingError }
                guard known.accepts(id) else { throw .invalidACL }
                let identity = Identity(scheme: scheme, id: id)
                result.append(ACLEntry(permissions: entry.permissions, identity: identity))
            }
        }
        return result
    }

    /// The list as someone without the ADMIN right may see it: hashes of passwords hidden.
    package func masked(_ acl: ACL) -> ACL {
        acl.map { entry in
            guard entry.identity.scheme == Scheme.digest.name,
                let colon = entry.identity.id.bytes.firstIndex(of: UInt8(ascii: ":"))
            else { return entry }
            let hidden = ByteString(entry.identity.id.bytes[..<colon] + Array(":x".utf8))
            let identity = Identity(scheme: entry.identity.scheme, id: hidden)
            return ACLEntry(permissions: entry.permissions, identity: identity)
        }
    }
}
