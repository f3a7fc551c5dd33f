import Ensembles
import Vocabulary

/// The content of a file that the configuration names, or why there is none.
package enum FileContents: Equatable, Sendable {
    case bytes([UInt8])
    case missing
    /// Why it cannot be read, in the system's words.
    case unreadable(String)
}

extension NodeSettings {
    /// Reads `zoo.cfg` from its bytes.
    ///
    /// - Parameter file: its name, for messages and for finding files that it names.
    /// - Parameter read: looks at the two other files a configuration may consist of, `dataDir/myid` and the
    ///   `dynamicConfigFile`.
    /// - Throws: `SettingsError` for the first fault, in the order of the questions, not of the lines.
    package static func parse(
        _ bytes: [UInt8], file: String, reading read: (_ path: String) -> FileContents = { _ in .missing }
    ) throws(SettingsError) -> (settings: NodeSettings, warnings: [SettingsWarning]) {
        let properties = try Property.all(in: bytes, file: file)
        let entries = Entries(properties, file: file)
        var warnings = SettingsWarning.all(about: properties, in: file)
        var settings = try NodeSettings(entries, warnings: &warnings)
        try Refusals.check(properties, entries)
        settings.access.sasl = try SASLSettings.parse(entries, reading: read, warnings: &warnings)
        let asksForCertificates = settings.tls.map { $0.clientAuth != TLSSettings.ClientAuth.none } ?? false
        try settings.access.checkRequired(entries, hasTLS: asksForCertificates)
        settings.serverID = try serverID(in: settings.dataDir, read: read)
        settings.ensemble = try Ensemble.parse(
            entries, serverID: settings.serverID, read: read, warnings: &warnings)
        try settings.adoptOwnLine(entries)
        try settings.requireClientPort(entries, warnings: &warnings)
        return (settings, warnings)
    }

    package static func parse(
        _ text: String, file: String, reading read: (_ path: String) -> FileContents = { _ in .missing }
    ) throws(SettingsError) -> (settings: NodeSettings, warnings: [SettingsWarning]) {
        try parse(Array(text.utf8), file: file, reading: read)
    }

    private init(_ entries: Entries, warnings: inout [SettingsWarning]) throws(SettingsError) {
        guard let dataDir = entries.word("dataDir") else {
            throw entries.error(
                .missing, "dataDir", "is not set",
                "name the folder for the node's data, as in dataDir=/var/lib/zookeeper")
        }
        self.init(dataDir: dataDir)
        dataLogDir = entries.word("dataLogDir") ?? dataDir
        for key in ["dataDir", "dataLogDir"] {
            guard let path = entries.word(key), !path.hasPrefix("/"), !path.hasPrefix(".") else { continue }
            warnings.append(entries.advice(key, "is a relative path; write ./\(path) if that is meant"))
        }
        isDataDirCreated = try entries.flag("datadir.autocreate", default: true)
        isEmptyBelieved = try entries.flag("db.autocreate", default: true)
        tickTimeMs = try entries.integer("tickTime", default: 3000, in: 1...Int(Int32.max), "milliseconds")
        clients = try ClientSettings(entries)
        sessions = try SessionSettings(entries, tickTimeMs: tickTimeMs)
        limits = try LimitSettings(entries)
        tree = try TreeSettings(entries)
        access = try AccessSettings(entries)
        storage = try StorageSettings(entries, warnings: &warnings)
        healing = try HealingSettings(entries)
        isReadOnlyModeEnabled = try entries.flag("readonlymode.enabled", default: false)
        isReconfigEnabled = try entries.flag("reconfigEnabled", default: false)
        words = WordList(entries, isReadOnlyModeEnabled: isReadOnlyModeEnabled)
        warnings += WordList.warnings(entries)
        admin = try AdminSettings(entries)
        metrics = try MetricsSettings(entries)
        linkTLS = try LinkTLSSettings.parse(entries, warnings: &warnings)
        if clients.securePort != nil {
            tls = try TLSSettings(entries, asking: "secureClientPort")
        } else if clients.isPortUnified {
            tls = try TLSSettings(entries, asking: "client.portUnification")
        }
    }

    /// The number in `myid`, its first line as in Apache; nil without the file.
    private static func serverID(
        in dataDir: String, read: (String) -> FileContents
    ) throws(SettingsError) -> Int64? {
        let path = dataDir.hasSuffix("/") ? "\(dataDir)myid" : "\(dataDir)/myid"
        switch read(path) {
        case .missing: return nil
        case .unreadable(let reason):
            throw SettingsError(
                .unreadable, file: path, problem: "cannot be read: \(reason)", remedy: "check its permissions"
            )
        case .bytes(let bytes):
            let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self).trimmed
            guard let id = Int64(line) else {
                throw SettingsError(
                    .invalid, file: path, line: 1, entry: "'\(line)'", problem: "is not a number",
                    remedy: "write the N of this server's server.N line, and nothing else")
            }
            return id
        }
    }

    /// Takes the client address from this server's own `server.N` line, where ZooKeeper looks for it first.
    private mutating func adoptOwnLine(_ entries: Entries) throws(SettingsError) {
        let own = ensemble?.members.first { $0.id.rawValue == serverID }
        guard let line = own, let client = line.client else { return }
        let key = "server.\(line.id.rawValue)"
        let isElsewhere = clients.address.map { $0 != "0.0.0.0" && $0 != client.host } ?? false
        if let port = clients.port, port != client.port || isElsewhere {
            throw entries.error(
                .conflicting, key, "names another client address than clientPort and clientPortAddress do",
                "remove clientPort and clientPortAddress, or make them the same")
        }
        guard line.secureClient == nil else {
            throw entries.error(
                .notYet, key, "asks for a port with TLS, which is not read from there",
                "write \(key)=…;\(client.port) without the second client port, and secureClientPort for it")
        }
        clients.port = client.port
        clients.address = client.host
    }

    /// No port is opened that nobody asked for. As in Apache, a server of an ensemble may do without one.
    private func requireClientPort(
        _ entries: Entries, warnings: inout [SettingsWarning]
    ) throws(SettingsError) {
        guard clients.port == nil, clients.securePort == nil else { return }
        guard isMember else {
            throw entries.error(
                .missing, "clientPort", "is not set, so that nobody could connect",
                "write clientPort=2181, and clientPortAddress=127.0.0.1 to serve this machine alone")
        }
        warnings.append(entries.advice("clientPort", "is not set: this server serves no clients"))
    }
}
