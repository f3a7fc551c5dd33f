package import Settings
internal import Vocabulary
package import Zab

/// The ensemble of a configuration in Zab's words.
extension NodeSettings {
    /// nil for a node that is all there is.
    package var membership: Membership? {
        guard case .member(let ensemble) = deployment else { return nil }
        return Membership(
            quorum: ensemble.quorum, observers: ensemble.observers.map(\.id), version: ensemble.version,
            text: ByteString(ensemble.text), admitsJoiners: isReconfigEnabled)
    }

    package var timeouts: Timeouts {
        guard case .member(let ensemble) = deployment else {
            return Timeouts(tickMs: Int64(tickTimeMs), initLimit: 10, syncLimit: 5)
        }
        return Timeouts(
            tickMs: Int64(tickTimeMs), initLimit: Int64(ensemble.initTicks),
            syncLimit: Int64(ensemble.syncTicks))
    }
}

extension Ensemble {
    fileprivate var quorum: Quorum {
        guard !groups.isEmpty else { return Quorum(majorityOf: voters.map(\.id)) }
        return Quorum(
            majorityOf: groups.sorted { $0.key < $1.key }.map { _, members in
                Quorum.Group(members: members, weights: members.map { weights[$0] ?? 1 })
            })
    }
}
