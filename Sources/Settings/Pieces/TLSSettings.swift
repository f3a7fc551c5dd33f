internal import Ensembles

/// Settings of ports with TLS: of those for clients (`ssl.…`), or of those between servers (`ssl.quorum.…`).
package struct TLSSettings: Equatable, Sendable {
    /// A file of certificates, with or without a key, under `…keyStore.…` or `…trustStore.…`.
    package struct Store: Equatable, Sendable {
        /// The key that names the file, for messages.
        package let key: String
        package let location: String
        package let password: Secret?
        /// The file with the password, which goes before `password`.
        package let passwordPath: String?

        package init(key: String, location: String, password: Secret? = nil, passwordPath: String? = nil) {
            self.key = key
            self.location = location
            self.password = password
            self.passwordPath = passwordPath
        }
    }

    /// Whether those who connect show a certificate (`…clientAuth`).
    package enum ClientAuth: String, CaseIterable, Sendable {
        case none, want, need
    }

    package enum Version: String, CaseIterable, Sendable {
        case tls12 = "TLSv1.2"
        case tls13 = "TLSv1.3"
    }

    /// The beginning of its keys.
    package let prefix: String
    package let keyStore: Store
    package let trustStore: Store?
    package let clientAuth: ClientAuth
    package let versions: Set<Version>
    /// `…ciphersuites`, by their names in the standards, the best first; empty for OpenSSL's own.
    package let cipherSuites: [String]

    package init(
        prefix: String = "ssl.", keyStore: Store, trustStore: Store? = nil, clientAuth: ClientAuth = .need,
        versions: Set<Version> = Set(Version.allCases), cipherSuites: [String] = []
    ) {
        self.prefix = prefix
        self.keyStore = keyStore
        self.trustStore = trustStore
        self.clientAuth = clientAuth
        self.versions = versions
        self.cipherSuites = cipherSuites
    }
}

extension TLSSettings {
    /// - Parameter asking: The key that asks for TLS, for messages.
    init(_ entries: Entries, under prefix: String = "ssl.", asking: String) throws(SettingsError) {
        let location = "\(prefix)keyStore.location"
        guard let keyStore = Store(entries, "\(prefix)keyStore") else {
            throw entries.error(
                .missing, location, "is not set, but \(asking) is",
                "name the file with this server's key and certificates, as in \(location)=/etc/zk/server.pem")
        }
        let trustStore = Store(entries, "\(prefix)trustStore")
        let clientAuth = try TLSSettings.clientAuth(entries, "\(prefix)clientAuth")
        guard trustStore != nil || clientAuth == .none && prefix == "ssl." else {
            throw entries.error(
                .missing, "\(prefix)trustStore.location",
                "is not set, but \(asking) is: nobody's certificate would be believed",
                "name the file with the certificates that vouch for the others"
                    + (prefix == "ssl." ? ", or write ssl.clientAuth=none" : ""))
        }
        self.init(
            prefix: prefix, keyStore: keyStore, trustStore: trustStore, clientAuth: clientAuth,
            versions: try TLSSettings.versions(entries, prefix),
            cipherSuites: (entries.text("\(prefix)ciphersuites") ?? "").commaSeparated)
    }

    private static func clientAuth(_ entries: Entries, _ key: String) throws(SettingsError) -> ClientAuth {
        guard let word = entries.word(key)?.lowercased() else { return .need }
        guard let clientAuth = ClientAuth(rawValue: word) else {
            throw entries.invalid(
                key, "is none of its values", "write \(key)=none, \(key)=want or \(key)=need")
        }
        return clientAuth
    }

    /// `…enabledProtocols`, or else `…protocol`, of which Java's general names mean all that there are.
    private static func versions(_ entries: Entries, _ prefix: String) throws(SettingsError) -> Set<Version> {
        let general: Set<String> = ["TLS", "SSL", "DEFAULT"]
        let (enabled, one) = ("\(prefix)enabledProtocols", "\(prefix)protocol")
        for (key, words) in [
            (enabled, (entries.text(enabled) ?? "").commaSeparated), (one, [entries.word(one) ?? "TLS"]),
        ] where !words.isEmpty {
            // Between Apache's servers the newer one alone means both.
            if prefix != "ssl.", key == one, words == [Version.tls13.rawValue] { break }
            if words.contains(where: { general.contains($0.uppercased()) }) { return Set(Version.allCases) }
            let versions = words.compactMap(Version.init(rawValue:))
            guard versions.count == words.count else {
                throw entries.invalid(
                    key, "names a version that is not spoken here", "write TLSv1.2, TLSv1.3 or both")
            }
            return Set(versions)
        }
        return Set(Version.allCases)
    }
}

extension TLSSettings.Store {
    /// - Returns: nil where no file is named.
    fileprivate init?(_ entries: Entries, _ prefix: String) {
        guard let location = entries.word("\(prefix).location") else { return nil }
        self.init(
            key: "\(prefix).location", location: location,
            password: entries.word("\(prefix).password").map(Secret.init),
            passwordPath: entries.word("\(prefix).passwordPath"))
    }
}
