internal import Authentication
package import Logging
internal import NIOCore
package import Replica
package import Settings
package import Storage
internal import Vocabulary
internal import Wire
internal import Znodes

/// From a data directory to a replica that may serve: the newest snapshot that is as it was written, then
/// every later transaction of the log, checked, in order.
package enum Recovery {
    /// The part of the log behind the snapshot that was loaded.
    package struct Replayed: Equatable, Sendable {
        package fileprivate(set) var transactions = 0
        package fileprivate(set) var bytes = 0
        /// With the snapshot that the log goes on from.
        package fileprivate(set) var tookMs: Int64 = 0

        package init() {}
    }

    /// - Parameter replayed: Is set.
    /// - Throws: `StorageError`, naming the file, the zxid and the remedy, when the log cannot be trusted, or
    ///   no snapshot that it goes on from.
    package static func replica(
        from store: inout LogStore, settings: NodeSettings, replayed: inout Replayed, log: Logger
    ) throws -> Replica {
        let beganMs = Instant.now.monotonicMs
        var recovering = Recovering(
            settings: ReplicaSettings(settings), seed: UInt64.random(in: .min ... .max),
            wallMs: Instant.now.wallMs)
        let start = try loadSnapshot(from: store, into: &recovering, settings, log)
        replayed = try replay(store: &store, after: start, into: &recovering, settings, log)
        replayed.tookMs = Instant.now.monotonicMs - beganMs
        try requireEpochs(of: store, settings)
        log.info(
            "recovered",
            metadata: [
                "transactions": "\(replayed.transactions)", "zxid": "\(recovering.committed.lastZxid)",
                "znodes": "\(recovering.committed.tree.znodes.count)",
                "sessions": "\(recovering.committed.sessions.count)",
            ])
        if recovering.committed.digestMismatches > 0 {
            log.error(
                "the tree does not match the digests in the log",
                metadata: [
                    "transactions": "\(recovering.committed.digestMismatches)"
                ])
        }
        return recovering.start(
            acceptedEpoch: store.acceptedEpoch, currentEpoch: store.currentEpoch,
            mustSynchronize: store.mustSynchronize != nil, at: .now)
    }

    /// The log's thread-to-be reads, checks and decodes; this one applies.
    private static func replay(
        store: inout LogStore, after start: Zxid, into recovering: inout Recovering, _ settings: NodeSettings,
        _ log: Logger
    ) throws -> Replayed {
        var replayed = Replayed()
        var progress = RecoveryProgress()
        // A node that is all there is needs nobody's word for what is on its disk.
        let committed = settings.isMember ? store.committed : Zxid(rawValue: .max)
        let (snapshot, last) = (recovering.committed.lastZxid, store.lastZxid)
        let lent = Lent(consume store)
        let outcome = Result {
            try BoundedPipe<[Decoded]>.run(ahead: Recovery.batchesAhead) { pipe in
                var batch: [Decoded] = []
                try lent.replay(after: start) { row in
                    batch.append(Decoded(transaction: try row.transaction(), body: row.body))
                    guard batch.count == Recovery.batchCount else { return }
                    try pipe.give(batch)
                    batch = []
                }
                try pipe.give(batch)
            } take: { batch in
                let now = Instant.now
                for row in batch {
                    let zxid = row.transaction.zxid
                    if zxid > snapshot {
                        replayed.transactions += 1
                        replayed.bytes += row.body.readableBytes
                    }
                    recovering.replay(
                        row.transaction, bytes: row.body, isCommitted: zxid <= committed, at: now)
                }
                guard progress.isDue, let zxid = batch.last?.transaction.zxid else { return }
                log.info(
                    "replaying the log",
                    metadata: [
                        "zxid": "\(zxid)", "of": "\(last)", "transactions": "\(replayed.transactions)",
                    ])
            }
        }
        store = lent.takeBack()
        try outcome.get()
        return replayed
    }

    /// Znodes that room is made for before a snapshot has shown that there are so many.
    private static let znodesBelievedMax = 4 << 20
    private static let batchCount = 512
    private static let batchesAhead = 16
    private static let pageBytes = 128 << 10
    private static let pagesAhead = 16

    private struct Decoded: Sendable {
        let transaction: Transaction
        let body: ByteBuffer
    }

    /// The log while another thread reads it, and nobody else.
    ///
    /// `@unchecked Sendable`: the thread that lends it waits for the other's end before it takes it back.
    private final class Lent: @unchecked Sendable {
        private var store: LogStore?

        init(_ store: consuming LogStore) {
            self.store = consume store
        }

        func replay(after zxid: Zxid, _ body: (LogRow) throws -> Void) throws {
            try store?.replay(after: zxid, body)
        }

        func takeBack() -> LogStore {
            guard let store = store.take() else { preconditionFailure("the log is taken back once") }
            return store
        }
    }
}

extension Recovery {
    /// Loads the newest snapshot that can be believed; none where the log has everything.
    ///
    /// - Returns: From where the log is to be replayed: a member remembers some of what the snapshot has.
    private static func loadSnapshot(
        from store: borrowing LogStore, into recovering: inout Recovering, _ settings: NodeSettings,
        _ log: Logger
    ) throws -> Zxid {
        var failure: StorageError?
        for zxid in try store.snapshots() {
            do {
                let remembered = settings.isMember ? rememberedRows : 0
                let start = try store.position(before: zxid, by: remembered)
                try load(zxid, from: store, replayingAfter: start, into: &recovering, log)
                return start
            } catch let error as StorageError where error.code == .corrupt {
                log.error("a snapshot is damaged, an older one must do: \(error.message)")
                failure = failure ?? error
            }
        }
        if store.startZxid > .zero, let failure { throw failure }
        return .zero
    }

    /// Transactions before the snapshot that a member reads, for learners that are a little behind: about
    /// what `History` keeps of small ones.
    private static let rememberedRows = 100_000

    /// One thread reads the file and checks it, this one builds the tree.
    private static func load(
        _ zxid: Zxid, from store: borrowing LogStore, replayingAfter start: Zxid,
        into recovering: inout Recovering, _ log: Logger
    ) throws {
        var sessions: [SnapshotHead.StoredSession] = []
        var restoration = recovering.restoration
        var progress = RecoveryProgress()
        var count = 0
        var total: Int64 = 0
        var tree: Tree?
        let directory = store.snapshotDirectory
        try BoundedPipe<SnapshotPiece>.run(ahead: pagesAhead) { pipe in
            try SnapshotPiece.read(zxid, in: directory, pageBytes: pageBytes) { try pipe.give($0) }
        } take: { piece in
            switch piece {
            case .claim(let summary):
                total = summary.znodes
                restoration.reserve(znodes: min(Int(clamping: total), znodesBelievedMax))
                log.info("loading the snapshot", metadata: ["zxid": "\(zxid)", "znodes": "\(total)"])
            case .session(let session): sessions.append(session)
            case .list(let id, let acl): restoration.add(list: id, acl)
            case .znodes(let page):
                guard restoration.add(page) else { throw otherTree(zxid) }
                count += page.count
                guard progress.isDue else { return }
                log.info("loading the snapshot", metadata: ["znodes": "\(count)", "of": "\(total)"])
            case .end(let summary):
                tree = restoration.finish(at: zxid, digest: summary.digest)
                restoration = recovering.restoration
            }
        }
        guard let tree else { throw otherTree(zxid) }
        recovering.restore(
            tree, sessions: sessions, isExact: !(store.beginsBehindReceived && zxid == store.startZxid),
            replayingAfter: start, at: .now)
    }

    private static func otherTree(_ zxid: Zxid) -> StorageError {
        StorageError(
            .corrupt,
            "the snapshot at \(zxid) is another tree than it was; \(StorageError.restore)")
    }
}

/// When a long work says again how far it is: once a second.
private struct RecoveryProgress {
    private var saidMs = Instant.now.monotonicMs

    var isDue: Bool {
        mutating get {
            let nowMs = Instant.now.monotonicMs
            guard nowMs - saidMs >= 1000 else { return false }
            saidMs = nowMs
            return true
        }
    }
}

extension Recovery {
    /// A member of an ensemble has promised every epoch that it holds transactions of (quorum protocol 1.2):
    /// otherwise it would lead one that is over.
    private static func requireEpochs(
        of store: borrowing LogStore, _ settings: NodeSettings
    ) throws(StorageError) {
        guard settings.isMember, store.lastZxid.epoch > store.acceptedEpoch else { return }
        throw StorageError(
            .corrupt,
            "the log ends at \(store.lastZxid), but its node has accepted epoch "
                + "\(store.acceptedEpoch.rawValue) at most: not the log of this member; "
                + "while all other voters are up, and only then, start with an empty folder or with a "
                + "backup of this one")
    }
}

extension LogRow {
    /// - Throws: `corrupt` when a body with a good checksum is no transaction, or another one than
    ///   its row says.
    fileprivate func transaction() throws(StorageError) -> Transaction {
        let decoded = Result { () throws(DecodingError) in try Transaction(decoding: body.readableBytesSpan) }
        switch decoded {
        case .success(let transaction) where transaction.zxid == zxid: return transaction
        case .success(let transaction):
            throw StorageError(
                .corrupt,
                "\(zxid): its body says \(transaction.zxid); \(StorageError.restore)")
        case .failure(let error):
            throw StorageError(
                .corrupt, "\(zxid): its body does not decode (\(error)); \(StorageError.restore)")
        }
    }
}

extension ReplicaSettings {
    package init(_ settings: NodeSettings) {
        self.init(
            peer: PeerID(rawValue: settings.serverID ?? 1), membership: settings.membership,
            timeouts: settings.timeouts, recordBytesMax: settings.limits.recordBytesMax,
            leaderRecordBytesMax: settings.limits.leaderRecordBytesMax, tickMs: Int64(settings.tickTimeMs),
            minSessionTimeoutMs: Int32(clamping: settings.sessions.minTimeoutMs),
            maxSessionTimeoutMs: Int32(clamping: settings.sessions.maxTimeoutMs),
            rules: TreeRules(
                access: Access(isOpen: settings.access.areACLsSkipped, schemes: settings.schemes),
                hasExtendedTypes: settings.tree.areExtendedTypesEnabled,
                enforcesQuota: settings.tree.areQuotasEnforced),
            outstandingRequestsMax: settings.limits.outstandingRequestsMax,
            requestBytesMax: settings.limits.requestBytesMax,
            largeRequestBytes: settings.limits.largeRequestBytes,
            isReconfigEnabled: settings.isReconfigEnabled,
            isReadOnlyModeEnabled: settings.isReadOnlyModeEnabled,
            closesOutOfTouch: settings.sessions.areOutOfTouchClosed,
            authenticator: Authenticator(
                digestAlgorithm: settings.access.isDigestSchemeEnabled
                    ? settings.access.digestAlgorithm : nil,
                superDigest: settings.access.superDigest.map { ByteString($0) },
                superSubject: settings.access.x509SuperUser.map { ByteString($0) },
                requiredSchemes: settings.access.requiredSchemes.map { ByteString($0) },
                logins: settings.access.sasl.map { SASLLogins($0, settings.access) },
                ensembleNames: settings.access.hasProvider("Ensemble")
                    ? settings.access.ensembleNames.map { ByteString($0) } : nil),
            sweepIntervalMs: Int64(settings.tree.sweepIntervalMs),
            sweepPerMinuteMax: settings.tree.sweepPerMinuteMax,
            containerNeverUsedMs: Int64(settings.tree.containerNeverUsedMs),
            handshakeTimeoutMs: Int64(settings.clients.handshakeTimeoutMs))
        configurationRules = settings.configurationRules
    }
}

extension NodeSettings {
    /// Schemes that ACLs may name: as in Apache, those of which the configuration knows anything.
    fileprivate var schemes: SchemeSet {
        var schemes: SchemeSet = .standard
        if !access.isDigestSchemeEnabled { schemes.remove(.digest) }
        if tls != nil || access.hasProvider("X509") { schemes.insert(.x509) }
        if access.sasl != nil || access.hasProvider("SASL") { schemes.insert(.sasl) }
        return schemes
    }
}

extension SASLLogins {
    private static let secretBytes = 32

    fileprivate init(_ settings: SASLSettings, _ access: AccessSettings) {
        var source = SystemRandomNumberGenerator()
        self.init(
            passwords: .init(
                uniqueKeysWithValues: settings.passwords.map {
                    (ByteString($0.key), ByteString($0.value.text))
                }),
            superUsers: Set(access.superUsers.map { ByteString($0) }),
            areFailedAllowed: access.areFailedSASLClientsAllowed,
            secret: (0..<SASLLogins.secretBytes).map { _ in UInt8.random(in: 0...255, using: &source) })
    }
}
