import Console
import Frontend
import Glibc
import Host
import Logbook
import Logging
import NIOCore
import NIOPosix
import Settings
import Storage

/// The story of a node: settings, recovery, serving, the end.
struct Node {
    /// How long the end waits for standard error to take what was said.
    static let lastWordsMs = 1000

    let configuration: String?

    /// Runs until told to stop.
    ///
    /// - Returns: The exit code of the program.
    func run() -> Int32 {
        let stop = StopSignals()
        let writer = LogWriter()
        LoggingSystem.bootstrap { QueuedLogHandler(label: $0, writer: writer) }
        defer { writer.flush(withinMs: Node.lastWordsMs) }
        let log = Logger(label: "aviary")
        Surroundings.raiseFileDescriptorLimit()
        do {
            let settings = try loadSettings(log)
            let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
            let (core, journal, scribe, reachable) = try loop.submit {
                try start(settings, on: loop, log, writer)
            }.wait()
            try reachable.wait()
            let listener = try bind(settings, core, on: loop)
            try loop.submit { core.value.clientPort = listener.channel.localAddress?.port }.wait()
            let port = listener.channel.localAddress?.port ?? 0
            log.info("serving clients", metadata: ["clientPort": "\(port)"])
            stop.wait()
            log.info("stopping")
            try loop.submit { core.value.stop() }.wait()
            try scribe.close()
            try journal.close()
            return ExitCode.success.rawValue
        } catch {
            log.critical("\((error as? StorageError)?.message ?? "\(error)")")
            return ExitCode(error).rawValue
        }
    }

    private func loadSettings(_ log: Logger) throws -> NodeSettings {
        guard let configuration else { return .standalone() }
        let (settings, warnings) = try NodeSettings.load(path: configuration)
        for warning in warnings { log.warning("\(warning)") }
        return settings
    }

    private func bind(
        _ settings: NodeSettings, _ core: NIOLoopBound<Core>, on loop: any EventLoop
    ) throws -> Listener {
        do {
            return try Listener.bind(settings, core: core, on: loop)
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw PortInUse(port: settings.clients.port ?? 0)
        }
    }

    /// Recovers the replica on the loop that will own it.
    private func start(
        _ settings: NodeSettings, on loop: any EventLoop, _ log: Logger, _ writer: LogWriter
    ) throws -> (NIOLoopBound<Core>, Journal, SnapshotScribe, EventLoopFuture<Void>) {
        var store = try LogStore.open(directory: settings.dataLogDir)
        var replayed = Recovery.Replayed()
        let replica = try Recovery.replica(
            from: &store, settings: settings, replayed: &replayed, log: log)
        let scribe = SnapshotScribe(
            directory: store.snapshotDirectory, kept: settings.storage.snapshotsKept)
        let (acceptedEpoch, currentEpoch) = (store.acceptedEpoch, store.currentEpoch)
        let journal = Journal(store: store) { error in
            log.critical("\(error.message)")
            writer.flush(withinMs: Node.lastWordsMs)
            exit(ExitCode(error).rawValue)
        }
        let core = Core(
            loop: loop, replica: replica, journal: journal,
            peers: PeerDesk(settings, on: loop, log: log),
            snapshots: SnapshotDesk(
                settings.storage, scribe: scribe, replayed: replayed, loop: loop, log: log),
            settings: settings, log: log)
        let reachable = core.start(
            tickMs: Int64(settings.tickTimeMs), acceptedEpoch: acceptedEpoch, currentEpoch: currentEpoch)
        return (NIOLoopBound(core, eventLoop: loop), journal, scribe, reachable)
    }
}
