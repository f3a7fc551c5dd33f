/// The error in a reply without a result. The numbers are ZooKeeper's; no other may be sent.
package enum ErrorCode: Int32, Error, Sendable {
    case ok = 0
    /// The result of the operations of a multi after the one that failed.
    case runtimeInconsistency = -2
    /// The request did not parse.
    case marshallingError = -5
    case unimplemented = -6
    case badArguments = -8
    case newConfigNoQuorum = -13
    case reconfigInProgress = -14
    case noNode = -101
    case noAuth = -102
    case badVersion = -103
    case noChildrenForEphemerals = -108
    case nodeExists = -110
    case notEmpty = -111
    case sessionExpired = -112
    case invalidACL = -114
    case authFailed = -115
    /// Never sent: the connection is closed instead.
    case sessionMoved = -118
    case notReadOnly = -119
    case ephemeralOnLocalSession = -120
    case noWatcher = -121
    case reconfigDisabled = -123
    case sessionClosedRequireAuth = -124
    case quotaExceeded = -125
    case throttledOp = -127
}
