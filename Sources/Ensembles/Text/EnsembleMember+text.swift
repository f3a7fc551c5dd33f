package import Vocabulary

extension EnsembleMember {
    /// Reads the value of a `server.N` line:
    /// `host:quorumPort:electionPort[:kind][|…][;[host:]clientPort[;[host:]securePort]]`.
    package init(_ text: String, id: PeerID) throws(Fault) {
        let parts = Self.parts(of: text, by: ";").map(\.trimmed)
        guard parts.count <= 3 else { throw Fault(reason: "has more than two client addresses") }
        var kinds: Set<Kind> = []
        var addresses: [Address] = []
        for server in parts[0].split(separator: "|", omittingEmptySubsequences: false) {
            addresses.append(try Self.address(String(server).trimmed, kinds: &kinds))
        }
        guard kinds.count <= 1 else { throw Fault(reason: "is participant and observer at once") }
        self.init(id: id, addresses: addresses, kind: kinds.first ?? .participant)
        if parts.count > 1 { client = try Self.endpoint(parts[1]) }
        if parts.count > 2 { secureClient = try Self.endpoint(parts[2]) }
    }

    /// A fault of a line, continuing a sentence that begins with it.
    package struct Fault: Error {
        package let reason: String
    }

    /// Reads `host:quorumPort:electionPort[:kind]`.
    private static func address(_ text: String, kinds: inout Set<Kind>) throws(Fault) -> Address {
        guard let fields = fields(of: text), (3...4).contains(fields.count), !fields[0].isEmpty else {
            throw Fault(reason: "is not host:quorumPort:electionPort")
        }
        guard let quorum = port(fields[1]), let election = port(fields[2]) else {
            throw Fault(reason: "has a port that is no number from 1 to 65535")
        }
        guard quorum != election else { throw Fault(reason: "uses one port twice") }
        if fields.count == 4 {
            guard let kind = Kind(rawValue: fields[3].lowercased()) else {
                throw Fault(reason: "is neither participant nor observer")
            }
            kinds.insert(kind)
        }
        return Address(host: fields[0], quorumPort: quorum, electionPort: election)
    }

    /// The fields between colons; the first may be an IPv6 address in brackets.
    private static func fields(of text: String) -> [String]? {
        guard text.hasPrefix("[") else {
            return parts(of: text, by: ":")
        }
        guard let close = text.firstIndex(of: "]") else { return nil }
        let rest = text[text.index(after: close)...]
        guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
        let address = String(text[text.index(after: text.startIndex)..<close])
        return [address] + (rest.isEmpty ? [] : parts(of: String(rest.dropFirst()), by: ":"))
    }

    /// Splits as Java's `split` does: empty parts at the end do not count, but there is always a first.
    private static func parts(of text: String, by separator: Character) -> [String] {
        var parts = text.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
        while parts.count > 1, parts.last?.isEmpty == true { parts.removeLast() }
        return parts
    }

    private static func endpoint(_ text: String) throws(Fault) -> Endpoint {
        guard let fields = fields(of: text), fields.count <= 2, let port = fields.last.flatMap(port) else {
            throw Fault(reason: "has a client address that is not [host:]port")
        }
        return Endpoint(host: fields.count == 2 ? fields[0] : "0.0.0.0", port: port)
    }

    private static func port(_ text: String) -> Int? {
        guard let port = Int(text.trimmed), (1...65_535).contains(port) else { return nil }
        return port
    }

    /// The value of its line, as ZooKeeper writes it.
    package var text: String {
        let servers = addresses.map { "\(Self.bracketed($0.host)):\($0.quorumPort):\($0.electionPort)" }
        var text = servers.sorted().joined(separator: "|") + ":\(kind.rawValue)"
        if let client { text += ";\(Self.bracketed(client.host)):\(client.port)" }
        if let secureClient { text += ";\(Self.bracketed(secureClient.host)):\(secureClient.port)" }
        return text
    }

    private static func bracketed(_ host: String) -> String {
        host.contains(":") ? "[\(host)]" : host
    }
}
