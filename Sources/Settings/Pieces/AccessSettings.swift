package import Authentication
internal import Ensembles
internal import Vocabulary

/// Settings of who may do what, beyond the ACLs themselves.
package struct AccessSettings: Equatable, Sendable {
    /// `skipACL`: no ACL is checked.
    package var areACLsSkipped = false
    /// `DigestAuthenticationProvider.enabled`.
    package var isDigestSchemeEnabled = true
    /// `DigestAuthenticationProvider.superDigest`, `super:<base64>`; whoever proves it passes every check.
    package var superDigest: String?
    /// `DigestAuthenticationProvider.digestAlg`.
    package var digestAlgorithm = DigestAlgorithm.sha1
    /// `enforce.auth.schemes` when `enforce.auth.enabled`, or `sasl` when `sessionRequireClientSASLAuth`:
    /// schemes of which a connection must have proven one before anything else. Empty for none.
    package var requiredSchemes: [String] = []
    /// `allowSaslFailedClients`.
    package var areFailedSASLClientsAllowed = false
    /// `superUser` and `superUser.…`: names that are super users when SASL proves them.
    package var superUsers: [String] = []
    /// `X509AuthenticationProvider.superUser`.
    package var x509SuperUser: String?
    /// `ensembleAuthName`: names this ensemble answers to, for clients that check. Empty for no check.
    package var ensembleNames: [String] = []
    /// Logins by SASL; nil where there are none.
    package var sasl: SASLSettings?
    /// `authProvider.…`: Java classes by the rest of the key.
    package var providers: [String: String] = [:]
}

extension AccessSettings {
    init(_ entries: Entries) throws(SettingsError) {
        areACLsSkipped = try entries.flag("skipACL", default: false)
        isDigestSchemeEnabled = try entries.flag("DigestAuthenticationProvider.enabled", default: true)
        superDigest = try AccessSettings.superDigest(entries)
        digestAlgorithm = try AccessSettings.algorithm(entries)
        providers = entries.family("authProvider.")
        requiredSchemes = try AccessSettings.requiredSchemes(entries)
        areFailedSASLClientsAllowed = try entries.flag("allowSaslFailedClients", default: false)
        superUsers = entries.family("superUser").sorted { $0.key < $1.key }.map(\.value)
            .filter { !$0.isEmpty }
        x509SuperUser = entries.word("X509AuthenticationProvider.superUser")
        ensembleNames = (entries.text("ensembleAuthName") ?? "").commaSeparated
    }

    private static func superDigest(_ entries: Entries) throws(SettingsError) -> String? {
        let key = "DigestAuthenticationProvider.superDigest"
        guard let text = entries.word(key) else { return nil }
        guard let colon = text.firstIndex(of: ":"), text.index(after: colon) < text.endIndex else {
            throw entries.invalid(
                key, "is not user:hash", "write super: and the base64 of the digest of super:<password>")
        }
        return text
    }

    private static func algorithm(_ entries: Entries) throws(SettingsError) -> DigestAlgorithm {
        let key = "DigestAuthenticationProvider.digestAlg"
        guard let text = entries.word(key)?.uppercased() else { return .sha1 }
        func bare(_ name: String) -> String { name.filter { $0 != "-" } }
        let named = DigestAlgorithm.allCases.first { bare($0.rawValue) == bare(text) }
        if let algorithm = named, algorithm.isComputed {
            return algorithm
        }
        let names = DigestAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
        throw entries.invalid(key, "is not a digest that this server computes", "write one of \(names)")
    }

    private static func requiredSchemes(_ entries: Entries) throws(SettingsError) -> [String] {
        let key = "enforce.auth.schemes"
        let isSASLRequired = try entries.flag("sessionRequireClientSASLAuth", default: false)
        guard try entries.flag("enforce.auth.enabled", default: false) || isSASLRequired else { return [] }
        let schemes = isSASLRequired ? ["sasl"] : (entries.text(key) ?? "").commaSeparated
        guard !schemes.isEmpty else {
            throw entries.error(
                .missing, key, "is not set, but enforce.auth.enabled is true",
                "name the schemes that clients must use, as in \(key)=digest")
        }
        return schemes
    }

    /// Schemes that are required must be among those that a client can prove.
    func checkRequired(_ entries: Entries, hasTLS: Bool) throws(SettingsError) {
        var known = isDigestSchemeEnabled ? ["digest", "ip"] : ["ip"]
        if hasTLS { known.append("x509") }
        if sasl != nil { known.append("sasl") }
        guard let stranger = requiredSchemes.first(where: { !known.contains($0) }) else { return }
        let remedies = [
            "sasl": "name a file with users in java.security.auth.login.config",
            "x509": "set secureClientPort, ssl.keyStore.location and ssl.trustStore.location, and not "
                + "ssl.clientAuth=none",
            "digest": "remove DigestAuthenticationProvider.enabled=false",
        ]
        let asking = ["sessionRequireClientSASLAuth", "enforce.auth.schemes"].first { entries[$0] != nil }
        throw entries.error(
            .conflicting, asking ?? "enforce.auth.schemes",
            "asks for the scheme \(stranger), which nobody can prove here",
            remedies[stranger] ?? "use \(known.joined(separator: " or "))")
    }

    /// Whether `authProvider.…` names the class of ZooKeeper's own of that name.
    package func hasProvider(_ name: String) -> Bool {
        providers.values.contains("org.apache.zookeeper.server.auth.\(name)AuthenticationProvider")
    }
}
