package import Vocabulary

/// A configuration as text (quorum protocol 5.4): as peers exchange it, as clients read and write it.
extension Configuration {
    /// The text as ZooKeeper writes it to `/zookeeper/config`, to dynamic files and after `conf`: no line end
    /// behind the version.
    package var text: String {
        var lines = members.map { "server.\($0.id.rawValue)=\($0.text)" }
        for (group, voters) in groups.sorted(by: { $0.key < $1.key }) {
            lines.append("group.\(group)=" + voters.map { "\($0.rawValue)" }.joined(separator: ":"))
        }
        // With groups every voter has a weight, given or not.
        let weighted = groups.isEmpty ? [] : voters.map { (id: $0.id, weight: weights[$0.id] ?? 1) }
        for (id, weight) in weighted { lines.append("weight.\(id.rawValue)=\(weight)") }
        lines.append("version=" + String(UInt64(bitPattern: version), radix: 16))
        return lines.joined(separator: "\n")
    }

    /// Reads a text by the rules of Java's properties: lines in any order, the last of two with one key.
    ///
    /// - Throws: As Apache answers a client that sends it: `marshallingError` for what should be a number and
    ///   is none, and for a list that no ensemble can be of; `badArguments` for all else.
    package init(text: ByteString, rules: ConfigurationRules) throws(ErrorCode) {
        let lines = try Configuration.lines(of: text)
        for key in lines.keys where !Configuration.isKnown(key) { throw .badArguments }
        self.init(members: [])
        for (key, value) in lines.sorted(by: { $0.key < $1.key }) {
            try read(key, value, rules)
        }
        members.sort { $0.id < $1.id }
        try requireGroups(isHierarchical: lines.keys.contains(where: Configuration.isOfGroups))
        try requireQuorum(rules)
    }

    private static func lines(of text: ByteString) throws(ErrorCode) -> [String: String] {
        do throws(Property.BrokenEscape) {
            let lines = try Property.all(in: text.bytes).map { ($0.key, $0.value) }
            return Dictionary(lines) { _, last in last }
        } catch {
            throw .marshallingError
        }
    }

    private static func isKnown(_ key: String) -> Bool {
        key.hasPrefix("server.") || isOfGroups(key) || key == "version"
    }

    private static func isOfGroups(_ key: String) -> Bool {
        key.hasPrefix("group") || key.hasPrefix("weight")
    }

    private mutating func read(
        _ key: String, _ value: String, _ rules: ConfigurationRules
    ) throws(ErrorCode) {
        if key == "version" {
            guard let number = Int64(value, radix: 16) else { throw .marshallingError }
            version = number
            return
        }
        let place = key.firstIndex(of: ".").map { key[key.index(after: $0)...] } ?? key[...]
        let number = try Configuration.number(place)
        if key.hasPrefix("server.") {
            members.append(try EnsembleMember(checking: value, id: PeerID(rawValue: number), rules))
        } else if key.hasPrefix("weight") {
            weights[PeerID(rawValue: number)] = try Configuration.number(value)
        } else {
            for text in value.split(separator: ":", omittingEmptySubsequences: false) {
                groups[number, default: []].append(PeerID(rawValue: try Configuration.number(text)))
            }
        }
    }

    static func number(_ text: some StringProtocol) throws(ErrorCode) -> Int64 {
        guard let number = Int64(text) else { throw .marshallingError }
        return number
    }

    /// Every voter is in one group, and nobody else is in any.
    private func requireGroups(isHierarchical: Bool) throws(ErrorCode) {
        guard isHierarchical else { return }
        let grouped = groups.values.joined()
        guard Set(grouped).count == grouped.count, Set(grouped) == Set(voters.map(\.id)),
            weights.values.allSatisfy({ $0 >= 0 })
        else { throw .badArguments }
    }

    /// Observers need somebody to observe.
    private func requireQuorum(_ rules: ConfigurationRules) throws(ErrorCode) {
        switch voters.count {
        case 0 where !rules.isStandaloneEnabled || !observers.isEmpty: throw .marshallingError
        case 1 where rules.isStandaloneEnabled && !observers.isEmpty: throw .marshallingError
        default: return
        }
    }
}

extension EnsembleMember {
    /// Reads the value of a line that a client or a peer has sent.
    init(checking text: String, id: PeerID, _ rules: ConfigurationRules) throws(ErrorCode) {
        do throws(Fault) {
            try self.init(text, id: id)
        } catch {
            throw .badArguments
        }
        guard addresses.count == 1 || rules.areSeveralAddressesAllowed else { throw .badArguments }
    }
}
