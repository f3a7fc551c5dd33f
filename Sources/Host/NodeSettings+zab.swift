internal import Ensembles
package import Settings
internal import Vocabulary
package import Zab

/// The ensemble of a configuration in Zab's words.
extension NodeSettings {
    /// nil for a node that is all there is.
    package var membership: Membership? {
        guard case .member(let ensemble) = deployment else { return nil }
        return Membership(ensemble.configuration, admitsJoiners: isReconfigEnabled)
    }

    package var timeouts: Timeouts {
        guard case .member(let ensemble) = deployment else {
            return Timeouts(tickMs: Int64(tickTimeMs), initLimit: 10, syncLimit: 5)
        }
        return Timeouts(
            tickMs: Int64(tickTimeMs), initLimit: Int64(ensemble.initTicks),
            syncLimit: Int64(ensemble.syncTicks))
    }

    /// The rules that new configurations must keep.
    var configurationRules: ConfigurationRules {
        guard let ensemble else { return ConfigurationRules() }
        return ConfigurationRules(
            isStandaloneEnabled: ensemble.isStandaloneEnabled,
            areSeveralAddressesAllowed: ensemble.areSeveralAddressesAllowed)
    }
}
