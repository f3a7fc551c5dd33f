extension AccessSettings {
    init(_ entries: Entries) throws(SettingsError) {
        areACLsSkipped = try entries.flag("skipACL", default: false)
        isDigestSchemeEnabled = try entries.flag("DigestAuthenticationProvider.enabled", default: true)
        superDigest = try AccessSettings.superDigest(entries)
        digestAlgorithm = try AccessSettings.algorithm(entries)
        providers = entries.family("authProvider.")
        requiredSchemes = try AccessSettings.requiredSchemes(entries, providers: providers)
        areFailedSASLClientsAllowed = try entries.flag("allowSaslFailedClients", default: false)
        superUsers = entries.family("superUser").sorted { $0.key < $1.key }.map(\.value)
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
        if let algorithm = DigestAlgorithm.allCases.first(where: { bare($0.rawValue) == bare(text) }) {
            return algorithm
        }
        let names = DigestAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
        throw entries.invalid(key, "is not a digest that this server computes", "write one of \(names)")
    }

    private static func requiredSchemes(
        _ entries: Entries, providers: [String: String]
    ) throws(SettingsError) -> [String] {
        let key = "enforce.auth.schemes"
        let isSASLRequired = try entries.flag("sessionRequireClientSASLAuth", default: false)
        guard try entries.flag("enforce.auth.enabled", default: false) || isSASLRequired else { return [] }
        let schemes = isSASLRequired ? ["sasl"] : (entries.text(key) ?? "").commaSeparated
        guard !schemes.isEmpty else {
            throw entries.error(
                .missing, key, "is not set, but enforce.auth.enabled is true",
                "name the schemes that clients must use, as in \(key)=digest")
        }
        let known = ["digest", "ip"]
        if let stranger = schemes.first(where: { !known.contains($0) }) {
            throw entries.error(
                .notYet, isSASLRequired ? "sessionRequireClientSASLAuth" : key,
                "asks for the scheme \(stranger), which this version cannot verify",
                "use \(known.joined(separator: " or "))")
        }
        return schemes
    }
}
