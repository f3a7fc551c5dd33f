import Printing

/// The lines of a report by the kind of run.
extension Report {
    static func load(_ load: MixedLoad, plan: LoadPlan, connections: Int) -> Report {
        let shape = "\(plan.mix)  \(connections) connections × \(plan.outstanding) outstanding"
        let keys = "\(plan.data.filler.count) B, \(plan.keyspace.keyCount) keys \(plan.distribution)"
        var report = Report()
        report.add(
            "load", "\(shape), \(keys)",
            json: [
                ("load", .text(plan.mix.description)), ("connections", .integer(connections)),
                ("outstanding", .integer(plan.outstanding)), ("size", .integer(plan.data.filler.count)),
                ("keys", .integer(plan.keyspace.keyCount)),
                ("distribution", .text(plan.distribution.rawValue)),
            ])
        report.add(throughputOf: load.tally.operationCount, in: load.measurement)
        report.add("latency", latencies: load.tally.latencies)
        if plan.mix.shares.count > 1 {
            for share in plan.mix.shares {
                guard let latencies = load.tally.latencies(of: share.operation) else { continue }
                report.add(share.operation.rawValue, latencies: latencies)
            }
        }
        report.add(longestPauseIn: load.measurement)
        report.add(errors: load.tally.errors)
        report.add(
            "checked", "\(load.tally.checkedReplies) replies compared with what was written",
            json: [("checkedReplies", .integer(load.tally.checkedReplies))])
        report.add(costOf: load.tally.operationCount, in: load.measurement)
        return report
    }

    static func turnover(_ turnover: borrowing SessionTurnover, connections: Int) -> Report {
        var report = Report()
        report.add(
            "turnover", "sessions opened and closed, \(connections) at a time",
            json: [("connections", .integer(connections))])
        report.add(throughputOf: turnover.tally.operationCount, in: turnover.measurement)
        report.add("latency", latencies: turnover.tally.latencies)
        report.add(longestPauseIn: turnover.measurement)
        report.add(errors: turnover.tally.errors)
        report.add(costOf: turnover.tally.operationCount, in: turnover.measurement)
        return report
    }

    static func fill(_ filling: StagedRequests, keyspace: Keyspace, data: StampedData) -> Report {
        var report = Report()
        report.add(
            "fill", "\(keyspace.keyCount) znodes of \(data.filler.count) B below \(keyspace.root)",
            json: [("fill", .integer(keyspace.keyCount)), ("size", .integer(data.filler.count))])
        report.add(throughputOf: filling.tally.operationCount, in: filling.measurement)
        report.add("latency", latencies: filling.tally.latencies)
        report.add(costOf: filling.tally.operationCount, in: filling.measurement)
        report.add(
            memoryFor: keyspace.keyCount, of: "znode", before: filling.measurement.serverBefore,
            after: filling.measurement.serverAfter)
        return report
    }

    static func fanOut(_ fanOut: WatchFanOut, watchers: Int) -> Report {
        var report = Report()
        report.add("watchers", "\(watchers) of one znode", json: [("watchers", .integer(watchers))])
        report.add("write", latencies: fanOut.writes)
        report.add("firstNotified", latencies: fanOut.firstNotified)
        report.add("lastNotified", latencies: fanOut.lastNotified)
        report.add(throughputOf: fanOut.notificationCount, in: fanOut.measurement)
        report.add(costOf: fanOut.notificationCount, in: fanOut.measurement)
        return report
    }

    static func idle(
        _ idle: IdleSessions, count: Int, openingSeconds: Double, before: ProcessUsage?
    ) -> Report {
        var report = Report()
        report.add(
            "sessions", "\(count) opened in \(openingSeconds.fixed(2)) s, \(idle.lostCount) lost",
            json: [
                ("sessions", .integer(count)), ("openingSeconds", .number(openingSeconds)),
                ("lost", .integer(idle.lostCount)),
            ])
        report.add(
            "pings", "\(idle.pongCount) answered in \(idle.measurement.seconds.fixed(1)) s",
            json: [("pings", .integer(idle.pongCount))])
        report.add(costOf: idle.pongCount, in: idle.measurement)
        report.add(memoryFor: count, of: "session", before: before, after: idle.measurement.serverAfter)
        return report
    }

    /// Growth of the server's memory, for each of `count` things; nothing without the server's pid.
    private mutating func add(
        memoryFor count: Int, of thing: String, before: ProcessUsage?, after: ProcessUsage?
    ) {
        guard let before, let after else { return }
        let each = Double(after.residentBytes - before.residentBytes) / Double(max(1, count))
        add(
            "memory",
            "\(before.residentBytes.mebibytes) before, \(after.residentBytes.mebibytes) after: "
                + "\(each.grouped) B a \(thing)",
            json: [
                ("serverRSSBytesBefore", .integer(before.residentBytes)),
                ("serverRSSBytesEach", .number(each)),
            ])
    }
}
