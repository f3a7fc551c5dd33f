package import NIOCore
package import Security

/// TLS on the connections between servers.
package struct LinkSecurity: Sendable {
    let source: TLSSource
    /// Other servers are dialed with TLS.
    let isDialed: Bool
    /// Plain text is taken as well.
    let takesPlain: Bool
    /// How long who connects may say too little to tell whether it speaks TLS.
    let detectionTimeout: TimeAmount
    /// Certificates must name the hosts that are dialed.
    let verifiesDialed: Bool
    /// Certificates of those who connect must name their address or the host of a member.
    let verifiesAccepted: Bool

    package init(
        _ source: TLSSource, isDialed: Bool, takesPlain: Bool, detectionTimeout: TimeAmount,
        verifiesDialed: Bool, verifiesAccepted: Bool
    ) {
        self.source = source
        self.isDialed = isDialed
        self.takesPlain = takesPlain
        self.detectionTimeout = detectionTimeout
        self.verifiesDialed = verifiesDialed
        self.verifiesAccepted = verifiesAccepted
    }
}
