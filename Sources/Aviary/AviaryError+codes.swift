internal import Vocabulary

extension AviaryError.Code {
    /// The name of a number of the protocol; numbers without one keep it.
    init(server error: Int32) {
        switch ErrorCode(rawValue: error) {
        case .noNode: self = .noNode
        case .nodeExists: self = .nodeExists
        case .badVersion: self = .badVersion
        case .notEmpty: self = .notEmpty
        case .noAuth: self = .noAuth
        case .invalidACL: self = .invalidACL
        case .noChildrenForEphemerals: self = .noChildrenForEphemerals
        case .badArguments: self = .badArguments
        case .notReadOnly: self = .notReadOnly
        case .quotaExceeded: self = .quotaExceeded
        case .unimplemented: self = .unimplemented
        case .throttledOp: self = .throttled
        case .reconfigInProgress: self = .reconfigInProgress
        case .newConfigNoQuorum: self = .newConfigNoQuorum
        case .reconfigDisabled: self = .reconfigDisabled
        case .sessionExpired: self = .sessionExpired
        case .authFailed: self = .authenticationFailed
        case .sessionClosedRequireAuth: self = .authenticationRequired
        case .marshallingError: self = AviaryError.Code("marshallingError")
        case .runtimeInconsistency: self = AviaryError.Code("runtimeInconsistency")
        case .sessionMoved: self = AviaryError.Code("sessionMoved")
        case .ephemeralOnLocalSession: self = AviaryError.Code("ephemeralOnLocalSession")
        case .noWatcher: self = AviaryError.Code("noWatcher")
        case .ok, nil: self = AviaryError.Code("error \(error)")
        }
    }
}
