internal import Vocabulary

/// The role that a server plays: each case carries all that only this role has, and the functions that change
/// it are its own.
enum PeerRole: ~Copyable {
    case resting(Resting)
    case looking(Election)
    case following(Following)
    case leading(Leading)

    /// Lets the role take in what happened, and puts in its place what becomes of it.
    ///
    /// The one function that takes a role out. It is moved, never copied, and the compiler refuses a way out
    /// of here that leaves none.
    mutating func step(_ input: Peer.Input, _ server: inout ServerState, at nowMs: Int64) {
        switch consume self {
        case .resting(var resting):
            resting.handle(input, &server)
            self = .rested(resting, &server, at: nowMs)
        case .looking(var election):
            election.handle(input, &server, at: nowMs)
            self = .looked(election, &server, at: nowMs)
        case .following(var following):
            do throws(StepDown) {
                try following.handle(input, &server, at: nowMs)
                self = .following(following)
            } catch {
                self = .rested(following.stepDown(error, &server, at: nowMs), &server, at: nowMs)
            }
        case .leading(var leading):
            do throws(StepDown) {
                try leading.handle(input, &server, at: nowMs)
                self = .leading(leading)
            } catch {
                self = .rested(leading.stepDown(error, &server, at: nowMs), &server, at: nowMs)
            }
        }
    }

    // MARK: Transitions

    /// From resting to looking, once the rest is over.
    private static func rested(
        _ resting: Resting, _ server: inout ServerState, at nowMs: Int64
    ) -> PeerRole {
        guard resting.isOver(server, at: nowMs) else { return .resting(resting) }
        return looked(.begin(&server, at: nowMs), &server, at: nowMs)
    }

    /// From looking to leading or following, once the election is decided.
    private static func looked(
        _ election: consuming Election, _ server: inout ServerState, at nowMs: Int64
    ) -> PeerRole {
        guard case .decided(let vote, let round) = election.outcome(at: nowMs) else {
            return .looking(election)
        }
        server.round = round
        server.vote = vote
        server.vouches = election.vouches(for: vote)
        return vote.leader == server.me
            ? .elected(&server, at: nowMs) : .joined(vote.leader, &server, at: nowMs)
    }

    private static func elected(_ server: inout ServerState, at nowMs: Int64) -> PeerRole {
        var leading = Leading(
            inherited: server.history.last, newestAccepted: server.persistent.acceptedEpoch, sinceMs: nowMs,
            pingsAtMs: nowMs + server.timeouts.tickMs / 2)
        leading.begin(&server)
        server.tellLookingObservers(as: .leading)
        return .leading(leading)
    }

    private static func joined(
        _ leader: PeerID, _ server: inout ServerState, at nowMs: Int64
    ) -> PeerRole {
        let following = Following(
            leader: leader, isObserver: !server.membership.isVoter(server.me), sinceMs: nowMs,
            deadlineMs: nowMs + server.timeouts.assemblyMs)
        server.emit(.follow(leader, afterMs: 0))
        server.tellLookingObservers(as: following.state)
        return .following(following)
    }
}
