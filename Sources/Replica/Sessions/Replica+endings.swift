internal import Vocabulary
internal import Zab
internal import Znodes

/// Sessions that have run out, a piece at a time: thousands may do so in one tick, and nobody else waits for
/// them, a leader's followers least of all.
extension Replica {
    /// Ends as many as one step may. The next piece comes when the disks have this one, and everybody else
    /// had a turn.
    mutating func endSessions() {
        var visits = settings.endingsPerStep.visits
        if isReadOnly { endLocalSessions(visits: &visits) }
        if isLeading {
            guard chores.endings.through <= committed.lastZxid else { return }
            proposeEndings(visits: &visits)
        } else {
            // Looked at all the same, so that those that are gone are forgotten.
            while committed.sessions.takeExpired(at: now, visits: &visits) != nil {}
        }
        chores.endings.isWaiting =
            committed.sessions.hasDue(at: now) || isReadOnly && readOnly.sessions.hasDue(at: now)
    }

    private mutating func proposeEndings(visits: inout Int) {
        var ephemerals = settings.endingsPerStep.ephemerals
        var ends = settings.endingsPerStep.sessions
        while ends > 0, ephemerals > 0, let session = committed.sessions.takeExpired(at: now, visits: &visits)
        {
            statistics.staleSessionsExpired += 1
            ephemerals -= close(session, cxid: 0)
            ends -= 1
            chores.endings.through = zab.lastProposed
        }
    }

    private mutating func endLocalSessions(visits: inout Int) {
        var ends = settings.endingsPerStep.sessions
        while ends > 0, let session = readOnly.sessions.takeExpired(at: now, visits: &visits) {
            statistics.staleSessionsExpired += 1
            if let client = readOnly.sessions[session]?.connection.flatMap({ clients[$0] }) {
                effects.close(client)
            }
            readOnly.sessions.remove(session)
            ends -= 1
        }
    }

    mutating func continueEndings() {
        chores.endings.isWaiting = false
        continueSoon()
    }

    /// There is more to do than one step does.
    mutating func continueSoon() {
        guard !chores.willContinue else { return }
        chores.willContinue = true
        effects.perform(.continueSoon)
    }
}

/// How far the ends of sessions are that ran out together.
package struct Endings {
    /// The most that one step does of them: some milliseconds' work.
    package struct Bounds: Equatable, Sendable {
        package var sessions = 256
        /// A session that has more is one step all the same: its end is one transaction.
        package var ephemerals = 2048
        /// Sessions that are looked at, most of which turn out to have been heard of.
        package var visits = 8192

        package init() {}

        /// Everything at once: a mistake that a simulation must find.
        package static let unbounded: Bounds = {
            var bounds = Bounds()
            (bounds.sessions, bounds.ephemerals, bounds.visits) = (.max, .max, .max)
            return bounds
        }()
    }

    /// The last end that was proposed.
    var through = Zxid.zero
    /// There are more.
    var isWaiting = false

    /// A new reign: what was proposed in an earlier one is settled by its history.
    mutating func begin() { through = .zero }
}
