import Ensembles
import Vocabulary

extension Ensemble {
    /// Reads the server list, from the file itself or from the `dynamicConfigFile` that it names.
    ///
    /// - Returns: nil when there is no server line.
    static func parse(
        _ entries: Entries, serverID: Int64?, read: (String) -> FileContents,
        warnings: inout [SettingsWarning]
    ) throws(SettingsError) -> Ensemble? {
        let list = try dynamicEntries(entries, read: read) ?? entries
        var ensemble = Ensemble(configuration: Configuration(members: try members(list, in: entries)))
        try ensemble.readQuorumRules(list)
        if let path = entries.word("dynamicConfigFile"), let version = version(inName: path) {
            ensemble.configuration.version = version
        }
        try ensemble.readLimits(entries)
        guard !ensemble.members.isEmpty else {
            guard !ensemble.isStandaloneEnabled else { return nil }
            throw entries.error(
                .missing, "server.N", "is not set, but standaloneEnabled is false",
                "add at least one server line")
        }
        try ensemble.check(list, warnings: &warnings)
        if ensemble.configuration.voters.count > 1 || !ensemble.isStandaloneEnabled {
            try ensemble.checkDistributed(entries, list, serverID: serverID)
        }
        return ensemble
    }

    private static func dynamicEntries(
        _ entries: Entries, read: (String) -> FileContents
    ) throws(SettingsError) -> Entries? {
        let key = "dynamicConfigFile"
        guard let path = entries.word(key) else { return nil }
        if let misplaced = entries.byKey.keys.filter(isOfServerList).sorted().first {
            throw entries.error(
                .conflicting, misplaced, "stands beside dynamicConfigFile", "move all server lines to \(path)"
            )
        }
        switch read(path) {
        case .missing:
            throw entries.error(.unreadable, key, "names a file that does not exist", "correct the path")
        case .unreadable(let reason):
            throw entries.error(
                .unreadable, key, "names a file that cannot be read: \(reason)", "check its permissions")
        case .bytes(let bytes):
            let list = Entries(try Property.all(in: bytes, file: path), file: path)
            if let stranger = list.byKey.keys.filter({ !isOfServerList($0) && $0 != "version" }).sorted()
                .first
            {
                throw list.error(
                    .invalid, stranger, "has no place in a dynamic configuration file",
                    "move it to \(entries.file); here only server, group, weight and version lines may stand")
            }
            return list
        }
    }

    /// A server names the file after the version, in hexadecimal: `zoo.cfg.dynamic.100000001`.
    private static func version(inName path: String) -> Int64? {
        guard let dot = path.lastIndex(of: ".") else { return nil }
        return Int64(path[path.index(after: dot)...], radix: 16)
    }

    private static func isOfServerList(_ key: String) -> Bool {
        ["server.", "group.", "weight."].contains { key.hasPrefix($0) } && !KnownKeys.isExact(key)
    }

    private static func members(_ list: Entries, in entries: Entries) throws(SettingsError)
        -> [EnsembleMember]
    {
        let isMultiAddressEnabled = try entries.flag("multiAddress.enabled", default: false)
        var members: [EnsembleMember] = []
        for (key, id) in try list.numbered("server.") {
            let member = try member(key, id: id, in: list)
            guard member.addresses.count == 1 || isMultiAddressEnabled else {
                throw list.error(
                    .conflicting, key, "has several addresses",
                    "add multiAddress.enabled=true to \(entries.file)")
            }
            members.append(member)
        }
        return members
    }

    private static func member(_ key: String, id: Int64, in list: Entries) throws(SettingsError)
        -> EnsembleMember
    {
        do throws(EnsembleMember.Fault) {
            return try EnsembleMember(list.text(key) ?? "", id: PeerID(rawValue: id))
        } catch {
            throw list.invalid(
                key, error.reason, "write server.\(id)=host:2888:3888 or server.\(id)=host:2888:3888;2181")
        }
    }
}
