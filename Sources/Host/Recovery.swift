package import Logging
internal import NIOCore
package import Replica
package import Settings
package import Storage
internal import Vocabulary
internal import Wire
internal import Znodes

/// From a data directory to a replica that may serve: every transaction of the log, checked, in order.
package enum Recovery {
    /// - Throws: `StorageError`, naming the file, the zxid and the remedy, when the log cannot be trusted.
    package static func replica(
        from store: inout LogStore, settings: NodeSettings, log: Logger
    ) throws -> Replica {
        var replica = Replica(
            settings: ReplicaSettings(settings), seed: UInt64.random(in: .min ... .max),
            wallMs: Instant.now.wallMs)
        var effects = Effects()
        var count = 0
        // A node that is all there is needs nobody's word for what is on its disk.
        let committed = settings.isMember ? store.committed : Zxid(rawValue: .max)
        if let state = try store.startState() {
            log.info(
                "loading the snapshot",
                metadata: ["zxid": "\(store.startZxid)", "znodes": "\(state.znodes.count)"])
            guard replica.restore(state, at: store.startZxid, now: .now) else {
                throw StorageError(
                    .corrupt,
                    "the snapshot at \(store.startZxid) is another tree than it was; "
                        + "restore a backup of the folder"
                )
            }
        }
        try store.replay(after: store.startZxid) { row throws(StorageError) in
            let transaction = try row.transaction()
            replica.step(
                .replayed(transaction, bytes: row.body, isCommitted: row.zxid <= committed), at: .now,
                into: &effects)
            count += 1
            if count % 1_000_000 == 0 { log.info("replaying the log", metadata: ["zxid": "\(row.zxid)"]) }
        }
        try requireEpochs(of: store, settings)
        log.info(
            "recovered",
            metadata: [
                "transactions": "\(count)", "zxid": "\(replica.tree.lastZxid)",
                "znodes": "\(replica.tree.nodes.count)",
                "sessions": "\(replica.sessions.count)",
            ])
        if replica.statistics.digestMismatches > 0 {
            log.error(
                "the tree does not match the digests in the log",
                metadata: [
                    "transactions": "\(replica.statistics.digestMismatches)"
                ])
        }
        return replica
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
                + "\(store.acceptedEpoch.rawValue) at most: not the log of this member; restore a "
                + "backup of the folder, or start with an empty one while all other voters are up")
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
                "\(zxid): its body says \(transaction.zxid); restore a backup of the folder")
        case .failure(let error):
            throw StorageError(
                .corrupt, "\(zxid): its body does not decode (\(error)); restore a backup of the folder")
        }
    }
}

extension ReplicaSettings {
    init(_ settings: NodeSettings) {
        let algorithm = settings.access.digestAlgorithm
        self.init(
            peer: PeerID(rawValue: settings.serverID ?? 1), membership: settings.membership,
            patience: settings.patience, tickMs: Int64(settings.tickTimeMs),
            minSessionTimeoutMs: Int32(clamping: settings.sessions.minTimeoutMs),
            maxSessionTimeoutMs: Int32(clamping: settings.sessions.maxTimeoutMs),
            rules: TreeRules(
                access: Access(isOpen: settings.access.areACLsSkipped),
                hasExtendedTypes: settings.tree.areExtendedTypesEnabled,
                enforcesQuota: settings.tree.areQuotasEnforced),
            outstandingRequestsMax: settings.limits.outstandingRequestsMax,
            isReconfigEnabled: settings.isReconfigEnabled,
            isReadOnlyModeEnabled: settings.isReadOnlyModeEnabled,
            superDigest: settings.access.superDigest.map { ByteString($0) },
            isDigestEnabled: settings.access.isDigestSchemeEnabled,
            requiredSchemes: settings.access.requiredSchemes.map { ByteString($0) },
            sweepIntervalMs: Int64(settings.tree.sweepIntervalMs),
            sweepPerMinuteMax: settings.tree.sweepPerMinuteMax,
            containerNeverUsedMs: Int64(settings.tree.containerNeverUsedMs),
            handshakeTimeoutMs: Int64(settings.clients.handshakeTimeoutMs),
            digest: { DigestScheme.identity(of: $0, by: algorithm) })
    }
}
