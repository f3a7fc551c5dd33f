internal import Console
internal import Vocabulary

/// Connections, sessions and watches, as Apache's admin server names and orders them.
extension NodeReport {
    func writeConnections(isBrief: Bool, into text: inout JSONText) {
        text.key("connections")
        text.list(connections) { $1.write(isBrief: isBrief, into: &$0) }
        text.key("secure_connections")
        text.list([ConnectionReport]()) { _, _ in }
    }

    /// Sessions by the wall-clock time at which they expire; a learner does not decide that.
    func writeDump(into text: inout JSONText) {
        text.key("expiry_time_to_session_ids")
        let isDeciding = state == .standalone || state == .leader || state == .readOnly
        let decided = state == .readOnly ? localSessions : sessions
        let sets = Dictionary(grouping: isDeciding ? decided : [], by: \.expiresMs)
        text.object { text in
            for (moment, set) in sets.sorted(by: { $0.key < $1.key }) {
                text.key("\(moment)")
                text.list(set) { $0.plain("\($1.id.rawValue)") }
            }
        }
        text.key("session_id_to_ephemeral_paths")
        text.object { text in
            for entry in ephemerals {
                text.key("\(entry.session.rawValue)")
                text.list(entry.paths) { $0.text($1) }
            }
        }
    }

    /// The sessions that live, each with its client where that is connected to this node.
    func writeSessions(into text: inout JSONText) {
        let clients = Dictionary(connections.map { ($0.session, $0.addressText) }) { first, _ in first }
        let owned = Dictionary(ephemerals.map { ($0.session, $0.paths.count) }) { first, _ in first }
        text.key("sessions")
        text.list(sessions + localSessions) { text, session in
            text.object { text in
                text.member("session_id", session.id.rawValue)
                text.member("timeout", session.timeoutMs)
                text.member("ephemerals", owned[session.id] ?? 0)
                text.key("client")
                if let client = clients[session.id] { text.text(client) } else { text.plain("null") }
            }
        }
    }

    func writeWatchSummary(into text: inout JSONText) {
        text.member("num_connections", Set(watches.flatMap(\.sessions)).count)
        text.member("num_paths", watches.count)
        text.member("num_total_watches", watches.reduce(0) { $0 + $1.sessions.count })
    }

    func writeWatches(into text: inout JSONText) {
        var watched: [SessionID: [Int]] = [:]
        for (index, watch) in watches.enumerated() {
            for session in watch.sessions { watched[session, default: []].append(index) }
        }
        text.key("session_id_to_watched_paths")
        text.object { text in
            for (session, indices) in watched.sorted(by: { $0.key < $1.key }) {
                text.key("\(session.rawValue)")
                text.list(indices) { $0.text(watches[$1].path) }
            }
        }
    }

    func writeWatchesByPath(into text: inout JSONText) {
        text.key("path_to_session_ids")
        text.object { text in
            for watch in watches {
                text.key(String(decoding: watch.path.bytes, as: UTF8.self))
                text.list(watch.sessions) { $0.plain("\($1.rawValue)") }
            }
        }
    }
}

extension ConnectionReport {
    fileprivate var addressText: String {
        address.bytes.contains(UInt8(ascii: ":")) ? "[\(address)]:\(port)" : "\(address):\(port)"
    }

    fileprivate func write(isBrief: Bool, into text: inout JSONText) {
        text.object { text in
            text.member("remote_socket_address", addressText)
            // What it waits for: 1 to read, 4 to write.
            text.member("interest_ops", (isRead ? 1 : 0) | (isWriting ? 4 : 0))
            text.member("outstanding_requests", outstandingRequests)
            text.member("packets_received", received)
            text.member("packets_sent", sent)
            if !isBrief { writeSession(into: &text) }
        }
    }

    private func writeSession(into text: inout JSONText) {
        text.member("session_id", session.rawValue)
        text.member("last_operation", operationName)
        text.member("established", establishedMs)
        text.member("session_timeout", timeoutMs)
        text.member("last_cxid", lastXid)
        text.member("last_zxid", lastZxid)
        text.member("last_response_time", lastResponseMs)
        text.member("last_latency", lastLatencyMs)
        text.member("min_latency", latency.min)
        text.member("avg_latency", latency.count == 0 ? 0 : latency.sum / latency.count)
        text.member("max_latency", latency.max)
    }
}

extension JSONText {
    fileprivate mutating func text(_ path: ZnodePath) { text(String(decoding: path.bytes, as: UTF8.self)) }
}
