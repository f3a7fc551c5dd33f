/// Why a port cannot have TLS, said so that its operator can put it right.
package struct TLSFault: Error, Equatable, CustomStringConvertible {
    /// `key=value` of the configuration; never a password.
    package let entry: String
    package let problem: String
    package let remedy: String

    package var description: String { "\(entry): \(problem); \(remedy)" }
}

/// Why a connection never became one with TLS, or is none any more.
package enum TLSFailure: Error, Equatable, CustomStringConvertible {
    /// The peer took too long.
    case late
    /// The peer broke the protocol, or showed a certificate that is not believed; in OpenSSL's words.
    case refused(String)
    /// The peer's certificate is believed, and names another host.
    case misnamed

    package var description: String {
        switch self {
        case .late: "the handshake took too long"
        case .refused(let reason): reason
        case .misnamed: "its certificate names another host"
        }
    }
}
