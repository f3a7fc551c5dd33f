internal import Ensembles
internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// Changes of the ensemble that clients ask for.
extension Replica {
    /// The code that `request` is answered with, by Apache's checks in their order (operations 3.3). One that
    /// passes them is answered `unimplemented`: no configuration is put in another's place yet.
    func refusal(of request: ReconfigRequest, by requester: Requester) -> ErrorCode {
        do throws(ErrorCode) {
            _ = try nextConfiguration(by: request, of: requester)
            return .unimplemented
        } catch {
            return error
        }
    }

    private func nextConfiguration(
        by request: ReconfigRequest, of requester: Requester
    ) throws(ErrorCode) -> Configuration {
        guard settings.isReconfigEnabled else { throw .reconfigDisabled }
        guard settings.membership != nil else { throw .unimplemented }
        let change = Reconfiguration(
            joining: request.joining, leaving: request.leaving, newMembers: request.newMembers,
            version: request.configID)
        let current = try Configuration(text: zab.membership.text, rules: settings.configurationRules)
        let next = try current.applying(
            change, as: zab.lastProposed.next.rawValue, rules: settings.configurationRules)
        guard let quorum = Quorum(of: next), zab.isFollowed(by: quorum) else { throw .newConfigNoQuorum }
        try overlay.require(.write, at: Tree.config, of: requester, over: committed.tree, settings.rules)
        return next
    }
}
