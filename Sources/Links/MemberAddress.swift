/// Where a member of the ensemble listens for the others.
package struct MemberAddress: Equatable, Sendable {
    /// A name or a number, as configured; IPv6 without brackets. Looked up at each dial.
    package let host: String
    package let quorumPort: Int
    package let electionPort: Int

    package init(host: String, quorumPort: Int, electionPort: Int) {
        self.host = host
        self.quorumPort = quorumPort
        self.electionPort = electionPort
    }
}
