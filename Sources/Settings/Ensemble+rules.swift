import Ensembles
import Vocabulary

extension Ensemble {
    /// Groups, weights and version, which stand beside the server lines.
    mutating func readQuorumRules(_ list: Entries) throws(SettingsError) {
        var grouped: Set<PeerID> = []
        for (key, id) in try list.numbered("group.") {
            var group: [PeerID] = []
            for text in (list.text(key) ?? "").split(separator: ":") {
                guard let member = Int64(String(text).trimmed) else {
                    throw list.invalid(key, "is not a list of server numbers", "write \(key)=1:2:3")
                }
                guard grouped.insert(PeerID(rawValue: member)).inserted else {
                    throw list.invalid(
                        key, "names server \(member), which is in a group already", "keep it in one")
                }
                group.append(PeerID(rawValue: member))
            }
            configuration.groups[id] = group
        }
        for (key, id) in try list.numbered("weight.") {
            guard let weight = Int64(list.text(key) ?? ""), weight >= 0 else {
                throw list.invalid(key, "is not a weight", "write a whole number, 0 or more")
            }
            configuration.weights[PeerID(rawValue: id)] = weight
        }
        guard let text = list.word("version") else { return }
        guard let number = Int64(text, radix: 16) else {
            throw list.invalid(
                "version", "is not a hexadecimal number", "leave the line as the server wrote it")
        }
        configuration.version = number
    }

    /// The keys of the static file that concern an ensemble.
    mutating func readLimits(_ entries: Entries) throws(SettingsError) {
        areSeveralAddressesAllowed = try entries.flag("multiAddress.enabled", default: false)
        isStandaloneEnabled = try entries.flag("standaloneEnabled", default: true)
        initTicks = try entries.integer("initLimit", default: 0, "a number of ticks")
        syncTicks = try entries.integer("syncLimit", default: 0, "a number of ticks")
        connectTicks = try entries.integer("connectToLearnerMasterLimit", default: 0, "a number of ticks")
        if connectTicks == 0 { connectTicks = initTicks }
        electionConnectTimeoutMs = try entries.integer("cnxTimeout", default: 5000, "milliseconds")
        listensOnAllAddresses = try entries.flag("quorumListenOnAllIPs", default: false)
        doesLeaderServe = try entries.flag("leaderServes", default: true)
        let observersLog = try entries.flag("observer.syncEnabled", default: true)
        doObserversLog = try entries.flag("syncEnabled", default: observersLog)
        guard try entries.integer("electionAlg", default: 3, "the number of an algorithm") == 3 else {
            throw entries.invalid(
                "electionAlg", "is an algorithm of the past", "remove the line; 3 is the only one")
        }
        guard let text = entries.word("peerType") else { return }
        guard let kind = EnsembleMember.Kind(rawValue: text.lowercased()) else {
            throw entries.invalid("peerType", "is neither participant nor observer", "write one of the two")
        }
        ownKind = kind
    }

    /// Checks what must hold of any server list.
    func check(_ list: Entries, warnings: inout [SettingsWarning]) throws(SettingsError) {
        let (voters, observers) = (configuration.voters, configuration.observers)
        let (groups, weights) = (configuration.groups, configuration.weights)
        let key = members.first.map { "server.\($0.id.rawValue)" } ?? "server.N"
        if voters.isEmpty || (voters.count == 1 && isStandaloneEnabled && !observers.isEmpty) {
            throw list.error(
                .conflicting, observers.first.map { "server.\($0.id.rawValue)" } ?? key,
                "is an observer, but there is no quorum to observe",
                "add participants, or remove the observers to run standalone")
        }
        if !groups.isEmpty || !weights.isEmpty {
            let grouped = Set(groups.values.joined())
            if let stray = voters.first(where: { !grouped.contains($0.id) }) {
                throw list.error(
                    .conflicting, "server.\(stray.id.rawValue)", "is in no group",
                    "add it to one of the group lines")
            }
        }
        if voters.count == 2 {
            warnings.append(
                list.advice(key, "and one other vote: no failure is tolerated; have at least three"))
        } else if voters.count > 2, voters.count.isMultiple(of: 2) {
            warnings.append(
                list.advice(key, "and others vote, an even number: one fewer tolerates as many failures"))
        }
    }

    /// Checks what must hold besides when this node will be one of several.
    func checkDistributed(_ entries: Entries, _ list: Entries, serverID: Int64?) throws(SettingsError) {
        for (key, ticks, sample) in [("initLimit", initTicks, 10), ("syncLimit", syncTicks, 5)]
        where ticks == 0 {
            throw entries.error(
                .missing, key, "is not set, but the servers make an ensemble", "write \(key)=\(sample)")
        }
        guard let serverID else {
            throw entries.error(
                .missing, "dataDir", "has no file myid, but the servers make an ensemble",
                "write this server's number, the N of its server.N line, into that file")
        }
        guard members.contains(where: { $0.id.rawValue == serverID }) else {
            throw list.error(
                .conflicting, "server.\(serverID)", "is not in the list, but the file myid says \(serverID)",
                "add the line or correct myid")
        }
    }
}
