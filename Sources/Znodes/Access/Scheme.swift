package import Vocabulary

/// A way to say who somebody is, and how an ACL's id of that kind is read.
package enum Scheme: Sendable {
    case digest
    case ip
    /// The subject of a certificate.
    case x509

    /// Everyone; nobody needs to prove it.
    package static let world: ByteString = "world"
    /// Only in requests: whoever is asking.
    package static let auth: ByteString = "auth"
    /// Passes every check; cannot stand in an ACL.
    package static let superUser: ByteString = "super"

    package init?(name: ByteString) {
        switch name {
        case "digest": self = .digest
        case "ip": self = .ip
        case "x509": self = .x509
        default: return nil
        }
    }

    package var name: ByteString {
        switch self {
        case .digest: "digest"
        case .ip: "ip"
        case .x509: "x509"
        }
    }

    /// Whether an identity of this scheme was proven, so that `auth` may stand for it.
    package var isAuthenticated: Bool { self != .ip }

    /// Whether `id` may stand in an ACL.
    package func accepts(_ id: ByteString) -> Bool {
        switch self {
        case .digest: Scheme.isUserAndHash(id)
        case .ip: AddressRange(id.bytes) != nil
        case .x509: DistinguishedName.isValid(id)
        }
    }

    package func matches(_ id: ByteString, pattern: ByteString) -> Bool {
        switch self {
        case .digest, .x509: id == pattern
        case .ip:
            if let address = AddressRange(id.bytes), let range = AddressRange(pattern.bytes) {
                range.contains(address)
            } else {
                false
            }
        }
    }

    /// Two parts at a colon, empty ones at the end not counted: how Java splits text.
    private static func isUserAndHash(_ id: ByteString) -> Bool {
        var parts = id.bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        while parts.last?.isEmpty == true { parts.removeLast() }
        return parts.count == 2
    }
}
