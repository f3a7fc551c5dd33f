/// Schemes that a server knows, by its settings.
package struct SchemeSet: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let digest = SchemeSet(rawValue: 1)
    package static let ip = SchemeSet(rawValue: 2)
    package static let x509 = SchemeSet(rawValue: 4)
    package static let sasl = SchemeSet(rawValue: 8)

    /// The schemes of a server whose settings name none.
    package static let standard: SchemeSet = [.digest, .ip]
}

extension SchemeSet {
    init(_ scheme: Scheme) {
        switch scheme {
        case .digest: self = .digest
        case .ip: self = .ip
        case .x509: self = .x509
        case .sasl: self = .sasl
        }
    }
}
