import Ensembles
import Vocabulary

/// How one node is to run: read once from `zoo.cfg`, checked, then frozen.
///
/// Names are ours, keys and defaults are Apache ZooKeeper 3.9.5's; each field's comment gives its key. A
/// component takes the piece it needs, not the whole.
package struct NodeSettings: Equatable, Sendable {
    /// `dataDir`: where the node keeps everything. Relative to the working directory unless absolute.
    package var dataDir: String
    /// `dataLogDir`: where the log lies when it has a disk of its own; else the same as `dataDir`.
    package var dataLogDir: String
    /// `datadir.autocreate`: whether a missing data directory is made rather than refused.
    package var isDataDirCreated = true
    /// `db.autocreate`: whether an empty data directory is taken for that of a new node, rather than for one
    /// that has lost its files.
    package var isEmptyBelieved = true
    /// `tickTime`: the unit of session expiry and of an ensemble's limits.
    package var tickTimeMs = 3000
    /// The text of `dataDir/myid`; nil without that file, as is usual for a standalone node.
    package var serverID: Int64?
    package var clients = ClientSettings()
    package var sessions = SessionSettings()
    package var limits = LimitSettings()
    package var tree = TreeSettings()
    package var access = AccessSettings()
    package var storage = StorageSettings()
    package var healing = HealingSettings()
    /// `4lw.commands.whitelist`: which four-letter words are answered.
    package var words = WordList.only(["srvr"])
    package var admin = AdminSettings()
    package var metrics = MetricsSettings()
    /// `readonlymode.enabled`: whether a node without a quorum may serve reads.
    package var isReadOnlyModeEnabled = false
    /// `reconfigEnabled`: whether clients may change the ensemble.
    package var isReconfigEnabled = false
    /// TLS for clients, on `secureClientPort` or beside plain text; nil where neither is asked for.
    package var tls: TLSSettings?
    /// TLS between the servers; nil where they talk in plain text.
    package var linkTLS: LinkTLSSettings?
    /// The servers of `server.N` and their rules, even when there is but one; nil without any.
    package var ensemble: Ensemble?

    package init(dataDir: String) {
        self.dataDir = dataDir
        self.dataLogDir = dataDir
    }
}

extension NodeSettings {
    package enum Deployment: Equatable, Sendable {
        case standalone
        case member(of: Ensemble)
    }

    /// Whether the node runs alone: so it does with no server lines and, as Apache does, with a single one.
    package var deployment: Deployment {
        guard let ensemble, !ensemble.isStandaloneEnabled || ensemble.members.count > 1 else {
            return .standalone
        }
        return .member(of: ensemble)
    }

    /// The server's own `server.N` line, as ZooKeeper writes it, and the port there that must open first.
    package var ownLine: (text: String, electionPort: Int)? {
        guard let own = ensemble?.members.first(where: { $0.id.rawValue == serverID }),
            let address = own.addresses.first
        else { return nil }
        return ("server.\(own.id.rawValue)=\(own.text)", address.electionPort)
    }

    /// Whether others decide with it.
    package var isMember: Bool { deployment != .standalone }

    /// The configuration of `tools/run` without a file: a node to try things on.
    ///
    /// The configuration differs from Apache's defaults where those would stop a newcomer: every four-letter
    /// word is answered (kazoo and all monitors ask for more than `srvr`), TTL znodes are allowed (else
    /// documented create calls fail), and one address may hold any number of connections. Ticks are the 2 s
    /// of ZooKeeper's sample file, no second port is opened for administration, and only this machine gets
    /// in.
    package static func standalone(clientPort: Int = 2181, dataDir: String = "data") -> NodeSettings {
        var settings = NodeSettings(dataDir: dataDir)
        settings.tickTimeMs = 2000
        settings.sessions.minTimeoutMs = 4000
        settings.sessions.maxTimeoutMs = 40_000
        settings.clients.port = clientPort
        settings.clients.address = "127.0.0.1"
        settings.clients.connectionsPerAddressMax = 0
        settings.words = .all
        settings.tree.areExtendedTypesEnabled = true
        settings.admin.isEnabled = false
        return settings
    }
}
