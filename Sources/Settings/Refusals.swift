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
        case "secureClientPort", "secureClientPortAddress":
            return (
                "asks for a port with TLS, which this version does not have",
                "remove it and let a TLS proxy on this machine forward to clientPort, bound to loopback by "
                    + "clientPortAddress=127.0.0.1"
            )
        case "client.portUnification":
            return (
                "asks for TLS on the client port, which this version does not have",
                "remove it; clients connect in plain text then"
            )
        case "sslQuorum", "portUnification":
            return (
                "asks for TLS between the servers, which this version does not have: they would talk in "
                    + "plain text",
                "remove it where the network between them is trusted or encrypted below"
            )
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
                "remove it; digest and ip need no line, and enforce.auth.schemes can require them"
            )
        default: return nil
        }
    }

    /// The classes whose schemes are here without being asked for.
    static let builtIn: Set<String> = [
        "org.apache.zookeeper.server.auth.DigestAuthenticationProvider",
        "org.apache.zookeeper.server.auth.IPAuthenticationProvider",
    ]
}
