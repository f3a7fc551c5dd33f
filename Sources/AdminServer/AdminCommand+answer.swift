internal import Console
internal import Settings
internal import Vocabulary

/// Facts about a node that its report does not have.
struct NodeFacts: Sendable {
    let settings: NodeSettings
    /// The file that it was started with, without its secrets.
    let configuration: String
}

extension AdminCommand {
    /// The whole answer; what it changes, the edge does before it asks.
    ///
    /// - Parameter name: As it was asked for, which is echoed where nothing is answered.
    func reply(to name: String, from report: NodeReport, of node: NodeFacts, traceMask: String?)
        -> AdminReply
    {
        if report.state == nil {
            // Monitors know five states and take a failure for a sixth.
            if self == .monitor {
                return .json(.unavailable, command: name, error: AdminReply.notServing)
            }
            if needsServer { return .json(command: name, error: AdminReply.notServing) }
        }
        // As Apache's where they are switched off.
        if needsAuthorization { return .json(.unavailable, command: rawValue, error: nil) }
        if let error = failure(report, traceMask) { return .failed(rawValue, error) }
        var text = JSONText()
        text.object { text in
            write(report, node, traceMask, into: &text)
            text.member("command", rawValue)
            text.key("error")
            text.plain("null")
        }
        return AdminReply(contentType: AdminReply.jsonType, body: text.bytes)
    }

    private func failure(_ report: NodeReport, _ traceMask: String?) -> String? {
        switch self {
        case .leader where report.leaderID == nil: "server is not initialized"
        case .setTraceMask where traceMask == nil: "setTraceMask requires long traceMask argument"
        case .setTraceMask where Int64(traceMask ?? "") == nil:
            "setTraceMask requires long traceMask argument, got \(traceMask ?? "")"
        default: nil
        }
    }

    private func write(
        _ report: NodeReport, _ node: NodeFacts, _ traceMask: String?, into text: inout JSONText
    ) {
        switch self {
        case .configuration: report.writeConfiguration(node.settings, into: &text)
        case .connections: report.writeConnections(isBrief: false, into: &text)
        case .directories:
            text.member("datadir_size", report.directories.dataBytes)
            text.member("logdir_size", report.directories.logBytes)
        case .dump: report.writeDump(into: &text)
        case .environment: report.writeEnvironment(into: &text)
        case .traceMask: text.member("tracemask", report.traceMask)
        case .setTraceMask: text.member("tracemask", Int64(traceMask ?? "") ?? report.traceMask)
        case .hash: report.writeDigests(into: &text)
        case .initialConfiguration: text.member("initial_configuration", node.configuration)
        case .isReadOnly: text.member("read_only", report.state == .readOnly)
        case .lag: report.writeLag(into: &text)
        case .lastSnapshot: report.directories.writeLastSnapshot(into: &text)
        case .leader: report.writeLeader(node.settings, into: &text)
        case .monitor: report.writeMetrics(into: &text)
        case .observers: report.writeObservers(into: &text)
        case .serverStatistics: report.writeStatistics(into: &text)
        case .statistics:
            report.writeStatistics(into: &text)
            report.writeConnections(isBrief: true, into: &text)
        case .sessions: report.writeSessions(into: &text)
        case .systemProperties: report.writeProperties(into: &text)
        case .votingView: node.settings.writeVotingView(into: &text)
        case .watchSummary: report.writeWatchSummary(into: &text)
        case .watches: report.writeWatches(into: &text)
        case .watchesByPath: report.writeWatchesByPath(into: &text)
        case .zabState: report.writeZabState(node.settings, into: &text)
        case .resetConnections, .resetObservers, .reset, .restore, .ruok, .snapshot: break
        }
    }
}

extension AdminReply {
    /// Where the command itself fails, Apache's puts the error first.
    fileprivate static func failed(_ command: String, _ error: String) -> AdminReply {
        var text = JSONText()
        text.object { text in
            text.member("error", error)
            text.member("command", command)
        }
        return AdminReply(contentType: AdminReply.jsonType, body: text.bytes)
    }
}
