/// Why a server gives up its role, for the log.
struct StepDown: Error, Equatable {
    let reason: String
    /// Whether the leader has failed, and not the election before it.
    let isFailure: Bool
    /// Whether trying again is of no use before somebody has done something about it.
    let isLasting: Bool

    init(_ reason: String, isFailure: Bool = true, isLasting: Bool = false) {
        self.reason = reason
        self.isFailure = isFailure
        self.isLasting = isLasting
    }
}
