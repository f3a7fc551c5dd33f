package import Vocabulary
internal import Znodes

/// The judge of who clients are: which schemes there are, what credentials prove in them, what is refused.
///
/// A value without state: credentials come in, identities or a refusal go out.
package struct Authenticator: Equatable, Sendable {
    /// Why credentials change nothing.
    package enum Refusal: Error, Equatable {
        /// Nothing is proven by them here.
        case notProven
        /// The client has proven too much already.
        case tooMany
    }

    /// The names of the schemes in which something can be proven.
    package static let schemes: [ByteString] = [
        Scheme.digest.name, Scheme.ip.name, Scheme.x509.name,
    ]

    /// Identities of one client, and the bytes of them: they go with each of its requests to the leader, and
    /// into each ACL that names `auth`.
    package static let identitiesMax = 1000
    package static let identityBytesMax = 128 << 10

    /// The hash of the scheme `digest`; nil where that is off.
    package var digestAlgorithm: DigestAlgorithm?
    /// `super:<hash>`; whoever proves it passes every check.
    package var superDigest: ByteString?
    /// The subject of a certificate; whoever shows that passes every check.
    package var superSubject: ByteString?
    /// Schemes of which a client must have proven one before it asks for anything else; empty for none.
    package var requiredSchemes: [ByteString]

    package init(
        digestAlgorithm: DigestAlgorithm? = .sha1, superDigest: ByteString? = nil,
        superSubject: ByteString? = nil, requiredSchemes: [ByteString] = []
    ) {
        self.digestAlgorithm = digestAlgorithm
        self.superDigest = superDigest
        self.superSubject = superSubject
        self.requiredSchemes = requiredSchemes
    }

    /// The identity that a client's address proves without a word.
    package static func identity(ofAddress address: ByteString) -> Identity {
        Identity(scheme: Scheme.ip.name, id: address)
    }

    /// Identities that a certificate proves, whose subject is so encoded.
    package func identities(ofSubject subject: [UInt8]) -> [Identity] {
        let name = SubjectName.text(of: subject)
        let identity = Identity(scheme: Scheme.x509.name, id: name)
        guard name == superSubject else { return [identity] }
        return [Identity(scheme: Scheme.superUser, id: name), identity]
    }

    /// Whether anything must be proven at all.
    @inlinable
    package var isDemanding: Bool { !requiredSchemes.isEmpty }

    /// Whether a client that has proven `identities` may ask for anything.
    package func admits(_ identities: [Identity]) -> Bool {
        !isDemanding || identities.contains { requiredSchemes.contains($0.scheme) }
    }

    /// The identities of a client with those that its credentials prove.
    ///
    /// - Parameters:
    ///   - known: Proven before; they come first.
    ///   - scheme: nil, like `credentials`, where the client sent null.
    package func identities(
        _ known: [Identity], provingAlso scheme: ByteString?, _ credentials: [UInt8]?
    ) throws(Refusal) -> [Identity] {
        let proven = try identities(proving: scheme, credentials)
        let all = known + proven.filter { !known.contains($0) }
        guard all.count <= Authenticator.identitiesMax,
            all.reduce(0, { $0 + $1.byteCount }) <= Authenticator.identityBytesMax
        else { throw .tooMany }
        return all
    }

    private func identities(
        proving scheme: ByteString?, _ credentials: [UInt8]?
    ) throws(Refusal) -> [Identity] {
        switch scheme {
        case Scheme.ip.name: return []
        case Scheme.digest.name:
            guard let digestAlgorithm, let credentials else { throw .notProven }
            let digest = DigestScheme.identity(of: ByteString(credentials), by: digestAlgorithm)
            let identity = Identity(scheme: Scheme.digest.name, id: digest)
            guard digest == superDigest else { return [identity] }
            return [Identity(scheme: Scheme.superUser, id: ""), identity]
        default: throw .notProven
        }
    }
}
