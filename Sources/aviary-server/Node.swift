import AdminServer
import Frontend
import Glibc
import Host
import Links
import Logbook
import Logging
import NIOCore
import NIOPosix
import Security
import Settings
import Storage

/// The story of a node: settings, recovery, serving, the end.
struct Node {
    /// How long the end waits for standard error to take what was said.
    static let lastWordsMs = 1000

    /// One damage can hide another.
    private static let healingsMax = 3

    let configuration: String?

    /// Runs until told to stop.
    ///
    /// - Returns: The exit code of the program.
    func run() -> Int32 {
        let signals = Signals()
        let writer = LogWriter()
        LoggingSystem.bootstrap { QueuedLogHandler(label: $0, writer: writer) }
        defer { writer.flush(withinMs: Node.lastWordsMs) }
        let log = Logger(label: "aviary")
        signals.setReport { Activity.report(nil, to: log) }
        ProcessEnvironment.raiseFileDescriptorLimit()
        do {
            let settings = try loadSettings(log)
            let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
            let tls = try settings.tls.map { try TLSSource($0, log: log) }
            let security = try settings.linkTLS.map { try LinkSecurity($0, on: loop, log: log) }
            let started = try startHealed(settings, on: loop, security, log, writer)
            let replicaLoop = started.replicaLoop
            signals.setReport { Activity.report(replicaLoop, to: log) }
            try open(settings, started.reachable)
            serveOperators(settings, replicaLoop, log)
            try serveClients(settings, replicaLoop, on: loop, tls, log)
            started.scrub.begin(on: loop)
            signals.wait()
            log.info("stopping")
            try loop.submit { replicaLoop.value.stop() }.wait()
            try started.snapshotThread.close()
            try started.logThread.close()
            return ExitCode.success.rawValue
        } catch {
            log.critical("\((error as? StorageError)?.message ?? "\(error)")")
            return ExitCode(error).rawValue
        }
    }

    private func loadSettings(_ log: Logger) throws -> NodeSettings {
        guard let configuration else {
            log.info(
                """
                no configuration file: serves this machine alone, and answers every four-letter word; to \
                open the node to others, give it a file with dataDir and clientPort
                """)
            return .standalone()
        }
        let (settings, warnings) = try NodeSettings.load(path: configuration)
        for warning in warnings { log.warning("\(warning)") }
        return settings
    }

    /// Waits until the other servers can reach this one.
    private func open(_ settings: NodeSettings, _ reachable: EventLoopFuture<Void>) throws {
        do {
            try reachable.wait()
        } catch {
            guard let own = settings.ownLine else { throw error }
            throw PortFault(error, line: own.text, address: nil, port: own.electionPort) ?? error
        }
    }

    /// Opens the ports of the admin server and of the metrics. The node serves its clients without them too,
    /// where they are taken: then it says so.
    private func serveOperators(
        _ settings: NodeSettings, _ replicaLoop: NIOLoopBound<ReplicaLoop>, _ log: Logger
    ) {
        guard settings.admin.isEnabled || settings.metrics.isPrometheusEnabled else { return }
        let listener = AdminListener(
            settings, configuration: configurationText, replicaLoop: replicaLoop)
        func open(_ name: String, _ address: String, _ port: Int, servesCommands: Bool) {
            do {
                let channel = try listener.bind(address, port, servesCommands: servesCommands)
                log.info(
                    "serving \(name)",
                    metadata: ["address": "\(address)", "port": "\(channel.localAddress?.port ?? port)"])
            } catch {
                log.warning("serves no \(name) on port \(port) of \(address): \(error)")
            }
        }
        if settings.admin.isEnabled {
            open("operators over HTTP", settings.admin.address, settings.admin.port, servesCommands: true)
        }
        if settings.metrics.isPrometheusEnabled {
            open("metrics", settings.metrics.address, settings.metrics.port, servesCommands: false)
        }
    }

    private var configurationText: String {
        guard let configuration, case .bytes(let bytes) = FileContents(path: configuration) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func serveClients(
        _ settings: NodeSettings, _ replicaLoop: NIOLoopBound<ReplicaLoop>, on loop: any EventLoop,
        _ tls: TLSSource?, _ log: Logger
    ) throws {
        let clients = settings.clients
        guard clients.port != nil || clients.securePort != nil else { return }
        let listener = try Listener(
            settings, replicaLoop: replicaLoop, on: loop, socketLoops: socketLoops(settings), tls: tls)
        tls?.watch(on: loop)
        // The one that answers words is the last: who is answered finds both open.
        if let port = clients.securePort {
            _ = try open(listener, .secure, key: "secureClientPort", port, at: clients.secureAddress, log)
        }
        if let port = clients.port {
            let channel = try open(listener, .plain, key: "clientPort", port, at: clients.address, log)
            try loop.submit { replicaLoop.value.info.clientPort = channel.localAddress?.port }.wait()
        }
    }

    private func open(
        _ listener: Listener, _ kind: Listener.Port, key: String, _ port: Int, at address: String?,
        _ log: Logger
    ) throws -> any Channel {
        do {
            let channel = try listener.bind(kind)
            log.info(
                "serving clients",
                metadata: [
                    "\(key)": "\(channel.localAddress?.port ?? port)", "address": "\(address ?? "all")",
                ])
            return channel
        } catch {
            throw PortFault(
                error, line: "\(key)=\(port)", address: address.map { "\(key)Address=\($0)" }, port: port)
                ?? error
        }
    }

    /// Loops for clients' sockets; nil where the replica's own is the only one.
    private func socketLoops(_ settings: NodeSettings) -> MultiThreadedEventLoopGroup? {
        let count = settings.clients.ioThreads ?? MachineCores.ioThreads()
        return count > 1 ? MultiThreadedEventLoopGroup(numberOfThreads: count) : nil
    }

    /// The parts of a node that has recovered.
    private struct Started {
        let replicaLoop: NIOLoopBound<ReplicaLoop>
        let logThread: LogThread
        let snapshotThread: SnapshotThread
        /// When the other servers can reach this one.
        let reachable: EventLoopFuture<Void>
        let scrub: Scrub
    }

    /// Starts; where the folder is damaged, a member lets the others help first.
    private func startHealed(
        _ settings: NodeSettings, on loop: any EventLoop, _ security: LinkSecurity?, _ log: Logger,
        _ writer: LogWriter
    ) throws -> Started {
        for _ in 1...Node.healingsMax {
            do {
                return try loop.submit { try start(settings, on: loop, security, log, writer) }.wait()
            } catch let error as StorageError where error.code == .corrupt {
                let healing = try Healing(settings, on: loop, security: security, log: log)
                guard let healing else { throw error }
                try healing.heal(error)
            }
        }
        return try loop.submit { try start(settings, on: loop, security, log, writer) }.wait()
    }

    /// Recovers the replica on the loop that will own it.
    private func start(
        _ settings: NodeSettings, on loop: any EventLoop, _ security: LinkSecurity?, _ log: Logger,
        _ writer: LogWriter
    ) throws -> Started {
        var store = try LogStore.open(settings, log: log)
        var replayed = Recovery.Replayed()
        let replica = try Recovery.replica(
            from: &store, settings: settings, replayed: &replayed, log: log)
        let snapshotThread = SnapshotThread(
            directory: store.snapshotDirectory, kept: settings.storage.snapshotsKept)
        let reopen = { @Sendable () throws(StorageError) in try LogStore.reopen(settings) }
        let logThread = LogThread(store: store, reopen: reopen) { error in
            log.critical("\(error.message)")
            writer.flush(withinMs: Node.lastWordsMs)
            exit(ExitCode(error).rawValue)
        }
        logThread.whenRefused = { (error: StorageError?) in
            log.warning(
                error.map {
                    """
                    \($0.finding): no write is done here until \
                    \($0.code == .full ? "there is room" : "the disk does as it is asked"), which is \
                    tried four times a second; clients stay, and read
                    """
                } ?? "the disk takes the log again: writes go on")
        }
        let links = EnsembleLinks(settings, on: loop, security: security, log: log)
        let replicaLoop = ReplicaLoop(
            loop: loop, replica: replica, logThread: logThread, peers: links,
            snapshots: SnapshotController(
                settings.storage, snapshotThread: snapshotThread, replayed: replayed, loop: loop, log: log),
            settings: settings, log: log)
        replicaLoop.info.replayed = replayed
        let reachable = replicaLoop.start(tickMs: Int64(settings.tickTimeMs))
        return Started(
            replicaLoop: NIOLoopBound(replicaLoop, eventLoop: loop), logThread: logThread,
            snapshotThread: snapshotThread, reachable: reachable,
            scrub: Scrub(settings, logThread, links: links, log: log))
    }
}

extension LinkSecurity {
    /// Whose files are looked at from now on.
    init(_ settings: LinkTLSSettings, on loop: any EventLoop, log: Logger) throws {
        let source = try TLSSource(settings.tls, log: log)
        source.watch(on: loop)
        self.init(
            source, isDialed: settings.isDialed, takesPlain: settings.takesPlain,
            detectionTimeout: .milliseconds(Int64(settings.detectionTimeoutMs)),
            verifiesDialed: settings.verifiesDialed, verifiesAccepted: settings.verifiesAccepted)
    }
}
