internal import Vocabulary

extension NodeReport {
    /// Metrics that no other server of ZooKeeper's has, for Prometheus alone: each says its unit.
    package var ownFamilies: [MetricFamily] {
        processFamilies + timeFamilies + stateFamilies + learnerFamilies + diskFamilies
    }

    private var processFamilies: [MetricFamily] {
        let process = metrics.process
        return [
            .init(
                "process_cpu_seconds_total", .total(process.cpuSeconds),
                help: "Seconds that the process's threads ran, in the kernel too."),
            .init(
                "process_start_time_seconds", .average(process.startSeconds),
                help: "When the process began, in seconds since 1970 UTC."),
            .init(
                "process_resident_memory_bytes", .gauge(process.residentBytes),
                help: "Memory of the process that is in RAM."),
            .init(
                "process_virtual_memory_bytes", .gauge(process.virtualBytes),
                help: "Address space of the process."),
            .init(
                "process_open_fds", .gauge(metrics.openFileDescriptors), help: "Descriptors in use."),
            .init(
                "process_max_fds", .gauge(metrics.maxFileDescriptors), help: "Descriptors that it may use."),
        ]
    }

    /// Bounds of the first are whole milliseconds: shorter ones are not told apart.
    private var timeFamilies: [MetricFamily] {
        [
            .init(
                "aviary_request_seconds",
                .histograms(
                    label: "op", metrics.requestTimes.map { ($0.operation, $0.times) }, secondsPerUnit: 1e-3),
                help: "From a request's arrival to its answer, by the kind of request."),
            .init(
                "aviary_fsync_seconds",
                .histograms(label: nil, [("", metrics.syncTimes)], secondsPerUnit: 62.5e-6),
                help: "Until the disk had what the log gave it."),
            .init(
                "aviary_quorum_seconds",
                .histograms(label: nil, [("", metrics.quorumTimes)], secondsPerUnit: 1e-3),
                help: "From a leader's proposal to its commit, of one proposal at a time."),
        ]
    }

    private var stateFamilies: [MetricFamily] {
        let states = ["standalone", "leader", "follower", "observer", "read-only", "none"]
        let current = state?.rawValue ?? "none"
        let zxid = UInt64(bitPattern: lastZxid.rawValue)
        return [
            .init(
                "aviary_build_info", .gauges(label: "version", [(ServerVersion.number, 1)]),
                help: "ZooKeeper's release that it speaks as; always 1."),
            .init(
                "aviary_state", .gauges(label: "state", states.map { ($0, $0 == current ? 1 : 0) }),
                help: "1 for what the node is, none while it serves nobody."),
            .init(
                "aviary_last_zxid_epoch", .gauge(Int64(zxid >> 32)),
                help: "Epoch of the last transaction that is in the tree."),
            .init(
                "aviary_last_zxid_transaction", .gauge(Int64(zxid & 0xffff_ffff)),
                help: "Number of the last transaction within its epoch."),
        ]
    }

    /// Only of a leader that has followers.
    private var learnerFamilies: [MetricFamily] {
        let owed = (metrics.leader?.reports ?? []).compactMap { learner in
            learner.owesMs.map { ("\(learner.id)", Double($0) / 1000) }
        }
        guard !owed.isEmpty else { return [] }
        return [
            .init(
                "aviary_follower_lag_seconds", .gauges(label: "sid", owed),
                help: "For how long a follower's oldest unanswered proposal has been on its way.")
        ]
    }

    private var diskFamilies: [MetricFamily] {
        var families: [MetricFamily] = [
            .init("aviary_data_bytes", .gauge(directories.dataBytes), help: "Bytes below dataDir."),
            .init("aviary_log_bytes", .gauge(directories.logBytes), help: "Bytes below dataLogDir."),
            .init(
                "aviary_disk_free_bytes", .gauge(directories.logFreeBytes),
                help: "Bytes that are left where the log lies."),
        ]
        if let snapshot = directories.lastSnapshot {
            families.append(
                .init(
                    "aviary_snapshot_timestamp_seconds", .gauge(snapshot.takenSeconds),
                    help: "When the newest complete snapshot was taken, in seconds since 1970 UTC."))
        }
        return families
    }
}
