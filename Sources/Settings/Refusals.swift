import Ensembles

/// Protections that an operator asks for and this version does not have: to go on without them would serve in
/// plain text, or let in whom he meant to keep out.
enum Refusals {
    /// - Throws: `notYet` for the first key, in the file's order, that asks for such a thing.
    static func check(_ properties: [Property], _ entries: Entries) throws(SettingsError) {
        for property in properties {
            let key = Entries.plain(property.key)
            let value = property.value.trimmed
            // Of a key that stands twice the last counts.
            guard entries[key]?.line == property.line, !KnownKeys.isSoAnyway(key, value),
                let (problem, remedy) = reason(key, value)
            else { continue }
            throw entries.error(.notYet, key, problem, remedy)
        }
    }

    /// - Returns: nil for what may be asked for.
    private static func reason(_ key: String, _ value: String) -> (problem: String, remedy: String)? {
        switch key {
        case "ssl.crl", "ssl.ocsp", "ssl.quorum.crl", "ssl.quorum.ocsp":
            return (
                "asks that certificates be checked for revocation, which this version cannot do",
                "remove it; whom a certificate is to keep out must not be in the trust store"
            )
        case "ssl.clientHostnameVerification":
            return (
                "asks that clients' certificates name their hosts, which this version does not check",
                "remove it where the trust store holds for clients wherever they are"
            )
        case "ssl.context.supplier.class", "ssl.quorum.context.supplier.class", "ssl.authProvider":
            guard key != "ssl.authProvider" || value != "x509" else { return nil }
            return ("names Java code, which this server cannot run", "remove it")
        case "quorum.auth.enableSasl", "quorum.auth.learnerRequireSasl", "quorum.auth.serverRequireSasl":
            return (
                "asks that servers prove who they are by SASL, which this version cannot verify",
                "remove it where nobody else reaches the ports of the server lines"
            )
        case "requireClientAuthScheme":
            return (
                "is obeyed by no server since ZooKeeper 3.5",
                "write enforce.auth.enabled=true and enforce.auth.schemes=digest"
            )
        case _ where key.hasPrefix("authProvider."):
            guard !builtIn.contains(value) else { return nil }
            return (
                "names an authentication that this version does not have",
                "remove it; digest, ip, x509 and sasl need no line, and enforce.auth.schemes can require them"
            )
        default: return nil
        }
    }

    /// The classes whose schemes are here without being asked for.
    static let builtIn: Set<String> = [
        "org.apache.zookeeper.server.auth.DigestAuthenticationProvider",
        "org.apache.zookeeper.server.auth.IPAuthenticationProvider",
        "org.apache.zookeeper.server.auth.X509AuthenticationProvider",
        "org.apache.zookeeper.server.auth.SASLAuthenticationProvider",
        "org.apache.zookeeper.server.auth.EnsembleAuthenticationProvider",
    ]
}
