import Console

/// A command of Apache's admin server, under its name there, or one of Aviary's own.
enum AdminCommand: String, CaseIterable {
    case configuration
    case resetConnections = "connection_stat_reset"
    case connections
    case directories = "dirs"
    case dump
    case environment
    case traceMask = "get_trace_mask"
    case hash
    case initialConfiguration = "initial_configuration"
    case isReadOnly = "is_read_only"
    case lastSnapshot = "last_snapshot"
    case leader
    case monitor
    case resetObservers = "observer_connection_stat_reset"
    case observers
    case restore
    case ruok
    case serverStatistics = "server_stats"
    case setTraceMask = "set_trace_mask"
    case snapshot
    case reset = "stat_reset"
    case statistics = "stats"
    case systemProperties = "system_properties"
    case votingView = "voting_view"
    case watchSummary = "watch_summary"
    case watches
    case watchesByPath = "watches_by_path"
    case zabState = "zabstate"
    /// Aviary's own, from here on.
    case lag, sessions

    static let own: Set<AdminCommand> = [.lag, .sessions]

    /// By its name or one of Apache's aliases; case counts.
    init?(name: String) {
        guard let command = AdminCommand(rawValue: name) ?? AdminCommand.aliases[name] else { return nil }
        self = command
    }

    private static let aliases: [String: AdminCommand] = [
        "conf": .configuration, "config": .configuration, "crst": .resetConnections, "cons": .connections,
        "env": .environment, "envi": .environment, "gtmk": .traceMask, "icfg": .initialConfiguration,
        "isro": .isReadOnly, "lsnp": .lastSnapshot, "lead": .leader, "mntr": .monitor,
        "orst": .resetObservers, "obsr": .observers, "rest": .restore, "srvr": .serverStatistics,
        "stmk": .setTraceMask, "snap": .snapshot, "srst": .reset, "stat": .statistics,
        "sysp": .systemProperties, "wchs": .watchSummary, "wchc": .watches, "wchp": .watchesByPath,
    ]

    /// Whether it says nothing but that while the node serves nobody.
    var needsServer: Bool {
        switch self {
        case .environment, .traceMask, .monitor, .setTraceMask, .systemProperties, .zabState: false
        default: true
        }
    }

    /// Whether it has the whole tree go out or come in, so that who asks must say who he is.
    var needsAuthorization: Bool { self == .snapshot || self == .restore }

    /// Whether it changes something, and may be sent by POST as well.
    var isChange: Bool {
        switch self {
        case .resetConnections, .resetObservers, .reset, .setTraceMask: true
        default: false
        }
    }

    /// Parts of the report that it needs, beyond the counters.
    var parts: NodeReport.Parts {
        switch self {
        case .configuration, .directories, .lastSnapshot: .directories
        case .connections: .connections
        case .dump: [.sessions, .ephemerals]
        case .environment, .systemProperties: .environment
        case .hash: .digests
        case .lag, .leader, .monitor, .observers, .zabState: .metrics
        case .sessions: [.connections, .sessions, .ephemerals]
        case .serverStatistics, .statistics: [.connections, .directories, .metrics]
        case .watchSummary, .watches, .watchesByPath: .watches
        default: []
        }
    }
}
