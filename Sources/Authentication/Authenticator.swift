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
        /// The client looks for an ensemble of another name.
        case otherEnsemble
    }

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
    /// Logins by SASL; nil where there are none.
    package var logins: SASLLogins?
    /// Names that this ensemble goes by, for clients that ask whether it is theirs; nil where that is off.
    package var ensembleNames: [ByteString]?

    package init(
        digestAlgorithm: DigestAlgorithm? = .sha1, superDigest: ByteString? = nil,
        superSubject: ByteString? = nil, requiredSchemes: [ByteString] = [], logins: SASLLogins? = nil,
        ensembleNames: [ByteString]? = nil
    ) {
        self.logins = logins
        self.ensembleNames = ensembleNames
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

    private static let ensemble: ByteString = "ensemble"

    /// Whether anything must be proven at all.
    @inlinable
    package var isDemanding: Bool { !requiredSchemes.isEmpty }

    /// Whether a client that has proven `identities` may ask for anything.
    package func admits(_ identities: [Identity]) -> Bool {
        !isDemanding || identities.contains { requiredSchemes.contains($0.scheme) }
    }

    /// Takes a token of SASL, and says what comes of it.
    ///
    /// - Parameter stage: Of the connection; goes on with it.
    package func outcome(
        of token: [UInt8], _ stage: inout SASLStage, on connection: ConnectionID
    ) -> SASLOutcome {
        guard let logins else { return .declined }
        let nonce = logins.nonce(of: connection)
        switch stage {
        case .fresh:
            stage = .challenged
            return .challenge(DigestMD5.ofClients.challenge(nonce))
        case .challenged:
            stage = .over
            do throws(DigestMD5.Refusal) {
                let proof = try DigestMD5.ofClients.judge(token, to: nonce) { logins.passwords[$0] }
                if let identities = logins.identities(proof) {
                    return .proven(identities, answer: proof.answer)
                }
                return failure("user \(proof.user.description.prefix(64)) wants to be another one")
            } catch {
                return failure("\(error)")
            }
        case .over: return failure("a token behind the last")
        }
    }

    private func failure(_ reason: String) -> SASLOutcome {
        let isAllowed = logins?.areFailedAllowed == true && !requiredSchemes.contains(Scheme.sasl.name)
        return isAllowed ? .declined : .failed(reason)
    }

    /// The answer to a failure of SASL.
    package var saslFailure: ErrorCode {
        requiredSchemes.contains(Scheme.sasl.name) ? .sessionClosedRequireAuth : .authFailed
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
            guard let superDigest, Hash.areEqual(digest.bytes, superDigest.bytes) else { return [identity] }
            return [Identity(scheme: Scheme.superUser, id: ""), identity]
        case Authenticator.ensemble:
            guard let ensembleNames else { throw .notProven }
            let name = ByteString(credentials ?? [])
            guard name.bytes.isEmpty || ensembleNames.isEmpty || ensembleNames.contains(name) else {
                throw .otherEnsemble
            }
            return []
        default: throw .notProven
        }
    }
}
