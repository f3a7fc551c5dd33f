package import Vocabulary

/// A change of the configuration, as a client asks for it (quorum protocol 5.7).
package struct Reconfiguration: Equatable, Sendable {
    /// Lines of servers that come, or take the place of the ones with their ids; between commas.
    package var joining: ByteString?
    /// Ids of servers that go, before the others come; between commas.
    package var leaving: ByteString?
    /// A whole configuration, its lines between commas or line ends; then the other two count for nothing.
    package var newMembers: ByteString?
    /// The version that it is a change of; -1 for any.
    package var version: Int64

    package init(joining: ByteString?, leaving: ByteString?, newMembers: ByteString?, version: Int64) {
        self.joining = joining
        self.leaving = leaving
        self.newMembers = newMembers
        self.version = version
    }
}

extension Configuration {
    /// The configuration that `change` makes of this one. The order of the checks, and so which error wins,
    /// is Apache's (operations 3.3).
    ///
    /// - Parameter version: Of the new one.
    package func applying(
        _ change: Reconfiguration, as version: Int64, rules: ConfigurationRules
    ) throws(ErrorCode) -> Configuration {
        guard change.version == -1 || change.version == self.version else { throw .badVersion }
        var next: Configuration
        if let newMembers = change.newMembers {
            let comma = UInt8(ascii: ",")
            let lines = ByteString(newMembers.bytes.map { $0 == comma ? UInt8(ascii: "\n") : $0 })
            next = try Configuration(text: lines, rules: rules)
        } else {
            next = try applying(joining: change.joining, leaving: change.leaving, rules)
        }
        guard next.voters.count >= (rules.isStandaloneEnabled ? 2 : 1) else { throw .badArguments }
        next.version = version
        return next
    }

    private func applying(
        joining: ByteString?, leaving: ByteString?, _ rules: ConfigurationRules
    ) throws(ErrorCode) -> Configuration {
        // Nobody says which group a newcomer belongs to.
        guard groups.isEmpty else { throw .badArguments }
        var next = self
        for text in leaving?.description.commaSeparated ?? [] {
            let id = PeerID(rawValue: try Configuration.number(text))
            next.members.removeAll { $0.id == id }
        }
        for line in joining?.description.commaSeparated ?? [] {
            try next.admit(line, rules)
        }
        next.members.sort { $0.id < $1.id }
        return next
    }

    /// Takes in `server.N=…`, which must say where clients are served.
    private mutating func admit(_ line: String, _ rules: ConfigurationRules) throws(ErrorCode) {
        let parts = line.split(separator: "=").map { String($0).trimmed }.filter { !$0.isEmpty }
        guard parts.count == 2 else { throw .badArguments }
        let place = parts[0].lastIndex(of: ".").map { parts[0].index(after: $0) } ?? parts[0].startIndex
        let id = PeerID(rawValue: try Configuration.number(parts[0][place...]))
        let member = try EnsembleMember(checking: parts[1], id: id, rules)
        guard member.client != nil || member.secureClient != nil else { throw .badArguments }
        for other in members where other.id != id && !member.places.isDisjoint(with: other.places) {
            throw .badArguments
        }
        members.removeAll { $0.id == id }
        members.append(member)
    }
}

extension EnsembleMember {
    /// The ports that no other server can have, as `host:port`: not those of addresses that mean another
    /// machine to everyone.
    fileprivate var places: Set<String> {
        var ports = addresses.flatMap { [($0.host, $0.quorumPort), ($0.host, $0.electionPort)] }
        if let client { ports.append((client.host, client.port)) }
        let told = ports.filter { host, _ in
            !["0.0.0.0", "::", "::1", "localhost"].contains(host) && !host.hasPrefix("127.")
        }
        return Set(told.map { host, port in "\(host.lowercased()):\(port)" })
    }
}
