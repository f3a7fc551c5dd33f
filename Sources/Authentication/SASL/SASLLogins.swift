package import Vocabulary
internal import Znodes

/// Users who may log in by SASL, and their identities.
package struct SASLLogins: Equatable, Sendable, CustomReflectable {
    /// By user.
    package var passwords: [ByteString: ByteString]
    /// Users who pass every check.
    package var superUsers: Set<ByteString>
    /// `allowSaslFailedClients`: who fails may go on as nobody.
    package var areFailedAllowed: Bool
    /// Drawn by chance at the start: nonces are made of it, which nobody else may foresee.
    package var secret: [UInt8]

    package init(
        passwords: [ByteString: ByteString], superUsers: Set<ByteString> = [], areFailedAllowed: Bool = false,
        secret: [UInt8]
    ) {
        self.passwords = passwords
        self.superUsers = superUsers
        self.areFailedAllowed = areFailedAllowed
        self.secret = secret
    }

    /// Passwords are in no dump.
    package var customMirror: Mirror { Mirror(self, children: [:]) }

    /// The nonce of a connection: 40 characters that it alone has.
    func nonce(of connection: ConnectionID) -> [UInt8] {
        let number = withUnsafeBytes(of: connection.rawValue.bigEndian) { Array($0) }
        return Hash.base64(Array(Hash.of(secret + number, by: .sha256).prefix(DigestMD5.nonceBytes)))
    }

    /// Identities of a user. Apache lets one whose name maps to no short one choose his own (security 4.6);
    /// here he is who he has proven to be.
    ///
    /// - Returns: nil where he wants to be another one.
    func identities(_ proof: DigestMD5.Proof) -> [Identity]? {
        let isMapped = !proof.user.bytes.contains(UInt8(ascii: "@"))
        guard isMapped || proof.wantedName == nil || proof.wantedName == proof.user.bytes else { return nil }
        let identity = Identity(scheme: Scheme.sasl.name, id: proof.user)
        guard superUsers.contains(proof.user) else { return [identity] }
        return [Identity(scheme: Scheme.superUser, id: ""), identity]
    }
}

/// How far a connection has come in logging in by SASL.
package enum SASLStage: Sendable {
    case fresh
    /// The client has its challenge.
    case challenged
    /// The client is logged in, or has failed.
    case over
}

/// The end of a token of SASL.
package enum SASLOutcome: Equatable, Sendable {
    /// There is no SASL here, or nothing came of it: an empty answer, and the client may go on.
    case declined
    case challenge([UInt8])
    case proven([Identity], answer: [UInt8])
    /// For the log: why.
    case failed(String)
}
