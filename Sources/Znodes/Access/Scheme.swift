package import Vocabulary

/// A way to say who somebody is, and how an ACL's id of that kind is read.
package enum Scheme: Sendable {
    case digest
    case ip
    /// The subject of a certificate.
    case x509
    /// A name that SASL has proven.
    case sasl

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
        case "sasl": self = .sasl
        default: return nil
        }
    }

    package var name: ByteString {
        switch self {
        case .digest: "digest"
        case .ip: "ip"
        case .x509: "x509"
        case .sasl: "sasl"
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
        case .sasl: Scheme.isPrincipal(id)
        }
    }

    package func matches(_ id: ByteString, pattern: ByteString) -> Bool {
        switch self {
        case .digest, .x509: id == pattern
        // As in Apache, the user `super` of SASL passes wherever one of its users does.
        case .sasl: id == pattern || id == "super"
        case .ip:
            if let address = AddressRange(id.bytes), let range = AddressRange(pattern.bytes) {
                range.contains(address)
            } else {
                false
            }
        }
    }

    /// A name, or one with a realm, which may have a host before it: what Kerberos can name.
    private static func isPrincipal(_ id: ByteString) -> Bool {
        let parts = id.bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        let slash = UInt8(ascii: "/")
        return parts.count == 1
            || parts.count == 2 && !parts[1].contains(slash) && parts[0].count(where: { $0 == slash }) <= 1
    }

    /// Two parts at a colon, empty ones at the end not counted: how Java splits text.
    private static func isUserAndHash(_ id: ByteString) -> Bool {
        var parts = id.bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        while parts.last?.isEmpty == true { parts.removeLast() }
        return parts.count == 2
    }
}
