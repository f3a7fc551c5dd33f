package import Logging
package import Settings
package import Storage

extension LogStore {
    /// Opens the log where the configuration says that it is, unless the history seems to be elsewhere.
    package static func open(_ settings: NodeSettings, log: Logger) throws(StorageError) -> LogStore {
        let places = try NodePlaces(dataDir: settings.dataDir, dataLogDir: settings.dataLogDir)
        try places.check(
            isCreated: settings.isDataDirCreated, isEmptyBelieved: settings.isEmptyBelieved,
            isMember: settings.isMember)
        for warning in places.warnings { log.warning("\(warning)") }
        var store = try open(
            directory: settings.dataLogDir,
            isEmptyBelieved: places.isInitialized || settings.isEmptyBelieved && !settings.isMember,
            noteTakeOver: { log.info("\($0)") })
        store.limits.bytes = settings.storage.segmentBytes
        try places.settle()
        try store.sayWhatIsMissing(settings, log)
        return store
    }

    /// Opens it again while the node runs.
    package static func reopen(_ settings: NodeSettings) throws(StorageError) -> LogStore {
        var store = try open(directory: settings.dataLogDir, isEmptyBelieved: false)
        store.limits.bytes = settings.storage.segmentBytes
        return store
    }

    private mutating func sayWhatIsMissing(_ settings: NodeSettings, _ log: Logger) throws(StorageError) {
        guard let reason = mustSynchronize else { return }
        guard !settings.isMember else {
            log.warning(
                """
                this server may have forgotten what it acknowledged, and does not vote until it has \
                copied the history of a leader that the others elect without it, or has heard from \
                every other voter: \(reason)
                """)
            return
        }
        log.warning(
            """
            this node may lack what it acknowledged to clients; since it is alone, what is here is \
            the history \
            from now on: \(reason)
            """)
        // Later servers that join it must not outvote it as one that has forgotten.
        try setSynchronized()
    }
}
