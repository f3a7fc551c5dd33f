/// TLS between the servers of an ensemble, on both of their ports.
package struct LinkTLSSettings: Equatable, Sendable {
    package let tls: TLSSettings
    /// `sslQuorum`: the other servers are dialed with TLS.
    package let isDialed: Bool
    /// `portUnification`: plain text is taken as well.
    package let takesPlain: Bool
    /// `ssl.quorum.handshakeDetectionTimeoutMillis`: how long who connects may say too little to tell whether
    /// it speaks TLS.
    package let detectionTimeoutMs: Int
    /// `ssl.quorum.hostnameVerification`: certificates of those who are dialed must name them.
    package let verifiesDialed: Bool
    /// `ssl.quorum.clientHostnameVerification`: so must those of who connects.
    package let verifiesAccepted: Bool
}

extension LinkTLSSettings {
    /// - Returns: nil where plain text is all that is spoken.
    static func parse(
        _ entries: Entries, warnings: inout [SettingsWarning]
    ) throws(SettingsError) -> LinkTLSSettings? {
        let isDialed = try entries.flag("sslQuorum", default: false)
        let takesPlain = try entries.flag("portUnification", default: false)
        guard isDialed || takesPlain else { return nil }
        let key = "ssl.quorum.hostnameVerification"
        if entries[key] == nil {
            warnings.append(
                entries.advice(
                    key,
                    "is not set: as by Apache's 3.9, a server is believed whose certificate the trust store "
                        + "vouches for, whatever its name; true has names checked, false is meant so"))
        }
        let verifies = try entries.flag(key, default: false)
        return LinkTLSSettings(
            tls: try TLSSettings(
                entries, under: "ssl.quorum.", asking: isDialed ? "sslQuorum" : "portUnification"),
            isDialed: isDialed, takesPlain: takesPlain,
            detectionTimeoutMs: try entries.integer(
                "ssl.quorum.handshakeDetectionTimeoutMillis", default: 5000, in: 1...Int(Int32.max),
                "milliseconds"),
            verifiesDialed: verifies,
            verifiesAccepted: try entries.flag("ssl.quorum.clientHostnameVerification", default: true)
                && verifies)
    }
}
