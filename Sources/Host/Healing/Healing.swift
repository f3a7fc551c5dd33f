internal import Dispatch
internal import Glibc
package import Links
package import Logging
package import NIOCore
package import Settings
package import Storage
internal import Vocabulary

/// A member whose folder is damaged, before it takes part: it asks the others for what is missing, answers
/// them as far as it can itself, and does not vote.
///
/// Runs on a thread that may wait; the connections live on the loop.
package struct Healing {
    private let settings: NodeSettings
    private let election: NIOLoopBound<ElectionLinks>
    private let asking: Asking
    private let loop: any EventLoop
    private let log: Logger

    /// How long others are asked for the last rows of the log before it ends without them: they may be about
    /// to start, too.
    private static let endPatienceMs: Int64 = 10_000
    private static let answerLimitMs = 10_000
    private static let pauseMs: UInt32 = 500
    private static let warningPauseMs: Int64 = 10_000

    /// - Returns: nil for a node that nobody can help, and for one that must not heal.
    package init?(
        _ settings: NodeSettings, on loop: any EventLoop, security: LinkSecurity? = nil, log: Logger
    ) throws {
        guard settings.healing.isEnabled else { return nil }
        let directory = settings.dataLogDir
        let made: NIOLoopBound<ElectionLinks>? = try loop.submit {
            guard
                let election = EnsembleLinks.electionLinks(
                    settings, on: loop, security: security, log: log),
                election.members.count > 1
            else { return nil }
            let desk = RowsDesk(directory: directory)
            election.answersOnly = true
            election.whenAsked = { desk.answer($0, on: loop) }
            return NIOLoopBound(election, eventLoop: loop)
        }.wait()
        guard let made else { return nil }
        election = made
        asking = try loop.submit { Asking(made.value) }.wait()
        self.settings = settings
        self.loop = loop
        self.log = log
    }

    /// Returns when the folder may be started on again.
    ///
    /// - Throws: `damage`, or what else is wrong, where no other server can help.
    package func heal(_ damage: StorageError) throws {
        log.error("\(damage.finding); asks the other servers of the ensemble, and does not vote meanwhile")
        try listen()
        defer { _ = loop.submit { [election] in election.value.close() } }
        let beganMs = Instant.now.monotonicMs
        var warnedMs: Int64?
        while true {
            let nowMs = Instant.now.monotonicMs
            let outcome = try FolderMending.mend(
                directory: settings.dataLogDir, stamp: Healing.stamp(),
                givesUpEnd: nowMs - beganMs >= Healing.endPatienceMs
            ) { [asking] in asking.ask($0, $1, limitMs: Healing.answerLimitMs) }
            switch outcome {
            case .nothing: throw damage
            case .mended(let mendings): return mendings.forEach { Healing.say($0, to: log) }
            case .cut(let mendings, let reason):
                mendings.forEach { Healing.say($0, to: log) }
                log.warning("does not vote before it has a leader's history: \(reason)")
                return
            case .unavailable(let file, let missing):
                if warnedMs.map({ nowMs - $0 >= Healing.warningPauseMs }) ?? true {
                    warnedMs = nowMs
                    log.error("\(Healing.waiting(file, missing, asking.words))")
                }
                // Nothing else is to be done on this thread: the node has not started.
                usleep(Healing.pauseMs * 1000)
            }
        }
    }

    private func listen() throws {
        let (host, port) = (EnsembleLinks.electionHost(settings), settings.ownLine?.electionPort)
        guard let port else { return }
        do {
            try loop.flatSubmit { [election] in election.value.listen(host: host, port: port) }.wait()
        } catch {
            // It can ask all the same.
            log.warning("cannot answer other damaged servers meanwhile", metadata: ["error": "\(error)"])
        }
    }

    static func say(_ mending: Mending, to log: Logger) {
        let runs = mending.fetched.map {
            $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)"
        }
        let peers = mending.peers.map(\.rawValue).sorted().map(String.init)
        log.notice(
            "\(mending.file) is whole again",
            metadata: [
                "fetched": "\(runs.isEmpty ? "nothing" : runs.joined(separator: ", "))",
                "rows": "\(mending.rows)", "bytes": "\(mending.bytes)",
                "servers": "\(peers.joined(separator: ", "))",
            ])
    }

    private static func waiting(_ file: String, _ missing: RowsWanted, _ words: [PeerID: String]) -> String {
        let answers = words.sorted { $0.key < $1.key }
            .map { "server \($0.key.rawValue) \($0.value)" }.joined(separator: "; ")
        return
            "\(file): transactions after \(missing.after.zxid), up to \(missing.through), are damaged here, "
            + "and no other server has given them (\(answers)); this node asks again, and does not vote "
            + "before it has them; start the servers that may have them, or \(StorageError.restore)"
    }

    static func stamp() -> String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let count = strftime(&text, text.count, "%Y%m%dT%H%M%S", &parts)
        return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
