import Vocabulary

extension NodeReport {
    /// `dump`.
    func writeDump(_ state: State, into text: inout AnswerText) {
        text.line("SessionTracker dump:")
        switch state {
        case .follower, .observer: writeGlobalSessions(into: &text)
        case .standalone, .leader: writeSessionSets(of: sessions, into: &text)
        case .readOnly:
            text += "Local "
            writeSessionSets(of: localSessions, into: &text)
            writeGlobalSessions(into: &text)
        }
        text.line("ephemeral nodes dump:")
        text.line("Sessions with Ephemerals (\(ephemerals.count)):")
        for entry in ephemerals {
            text.line("\(entry.session):")
            for path in entry.paths { text.entry(path) }
        }
        text.line("Connections dump:")
        text += "Connections "
        writeExpiry(connections.map { ($0.expiresMs, $0) }, into: &text) { connection, text in
            text += "ip: /"
            connection.writeAddress(into: &text)
            text += " sessionId: \(connection.session)"
        }
    }

    private func writeSessionSets(of sessions: [SessionReport], into text: inout AnswerText) {
        text += "Session "
        writeExpiry(sessions.map { ($0.expiresMs, $0) }, into: &text) { session, text in text += session.id }
    }

    private func writeGlobalSessions(into text: inout AnswerText) {
        text.line("Global Sessions(\(sessions.count)):")
        for session in sessions.sorted(by: { $0.id < $1.id }) {
            text.line("\(session.id)\t\(session.timeoutMs)ms")
        }
    }

    /// Sessions by the moment at which they expire.
    private func writeExpiry<Element>(
        _ elements: [(expiresMs: Int64, element: Element)], into text: inout AnswerText,
        _ write: (Element, inout AnswerText) -> Void
    ) {
        let sets = Dictionary(grouping: elements, by: \.expiresMs)
        text.line("Sets (\(sets.count))/(\(elements.count)):")
        for (moment, set) in sets.sorted(by: { $0.key < $1.key }) {
            text.line("\(set.count) expire at \(JavaText.date(wallMs: moment)):")
            for (_, element) in set {
                text += "\t"
                write(element, &text)
                text.line()
            }
        }
    }

    /// `wchs`.
    func writeWatchSummary(into text: inout AnswerText) {
        var sessions: Set<SessionID> = []
        var total = 0
        for watch in watches {
            sessions.formUnion(watch.sessions)
            total += watch.sessions.count
        }
        text.line("\(sessions.count) connections watching \(watches.count) paths")
        text.line("Total watches:\(total)")
    }

    /// `wchp`.
    func writeWatchesByPath(into text: inout AnswerText) {
        text.reserve(watches.reduce(1) { $0 + $1.path.bytes.count + 1 + 20 * $1.sessions.count })
        for watch in watches {
            text += watch.path
            text.line()
            for session in watch.sessions {
                text += "\t"
                text += session
                text.line()
            }
        }
        text.line()
    }

    /// `wchc`.
    func writeWatchesBySession(into text: inout AnswerText) {
        var watched: [SessionID: [Int]] = [:]
        for (index, watch) in watches.enumerated() {
            for session in watch.sessions { watched[session, default: []].append(index) }
        }
        text.reserve(
            watches.reduce(1) { $0 + ($1.path.bytes.count + 2) * $1.sessions.count } + 20 * watched.count)
        for (session, indices) in watched.sorted(by: { $0.key < $1.key }) {
            text += session
            text.line()
            for index in indices { text.entry(watches[index].path) }
        }
        text.line()
    }
}

extension AnswerText {
    /// An indented path on a line of its own.
    fileprivate mutating func entry(_ path: ZnodePath) {
        self += "\t"
        self += path
        line()
    }
}
