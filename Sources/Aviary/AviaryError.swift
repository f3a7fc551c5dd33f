internal import ClientCore

/// Why an operation did not do what was asked, and whether it may have happened all the same.
public struct AviaryError: Error, Sendable {
    /// The kind of failure. Open: later servers know more of them.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name.
        public let description: String

        init(_ name: String) {
            description = name
        }

        // As servers say it.
        /// There is no such znode.
        public static let noNode = Code("noNode")
        /// There is such a znode already.
        public static let nodeExists = Code("nodeExists")
        /// The znode is in another version.
        public static let badVersion = Code("badVersion")
        /// The znode has children.
        public static let notEmpty = Code("notEmpty")
        /// The access list does not let this client.
        public static let noAuth = Code("noAuth")
        /// The access list asked for is none, or means nobody.
        public static let invalidACL = Code("invalidACL")
        /// Ephemerals have no children.
        public static let noChildrenForEphemerals = Code("noChildrenForEphemerals")
        /// The request makes no sense.
        public static let badArguments = Code("badArguments")
        /// The server has lost its ensemble and only reads.
        public static let notReadOnly = Code("notReadOnly")
        /// A quota is used up.
        public static let quotaExceeded = Code("quotaExceeded")
        /// The server does not know such a request.
        public static let unimplemented = Code("unimplemented")
        /// The server has too much to do; later it may.
        public static let throttled = Code("throttled")
        /// The ensemble is being changed already.
        public static let reconfigInProgress = Code("reconfigInProgress")
        /// The new members would have no quorum that is up to date.
        public static let newConfigNoQuorum = Code("newConfigNoQuorum")
        /// The servers do not let themselves be changed.
        public static let reconfigDisabled = Code("reconfigDisabled")
        /// The session ended before it was done.
        public static let sessionExpired = Code("sessionExpired")
        /// The servers do not believe who this client says it is.
        public static let authenticationFailed = Code("authenticationFailed")
        /// The servers want to know who this client is.
        public static let authenticationRequired = Code("authenticationRequired")

        // As this client says it.
        /// The connection was lost while it was under way.
        public static let connectionLoss = Code("connectionLoss")
        /// The time was up.
        public static let deadlineExceeded = Code("deadlineExceeded")
        /// The task was cancelled.
        public static let cancelled = Code("cancelled")
        /// Too much is asked of this client at once.
        public static let queueFull = Code("queueFull")
        /// A request that servers would close the connection for.
        public static let frameTooLarge = Code("frameTooLarge")
        /// No znode can have such a path.
        public static let badPath = Code("badPath")
        /// The client is over, or was never run.
        public static let closed = Code("closed")
        /// The server's answer makes no sense.
        public static let protocolViolation = Code("protocolViolation")
        /// The lock, or the leadership, is not held any more.
        public static let lockLost = Code("lockLost")
        /// The task waits for a lock that it holds already.
        public static let wouldDeadlock = Code("wouldDeadlock")
    }

    /// Whether the ensemble did it.
    public enum Outcome: Hashable, Sendable {
        /// Certainly not, and it will not.
        case notApplied
        /// Perhaps it has been done, or will be.
        case unknown
    }

    /// The kind of failure.
    public let code: Code
    /// Whether it happened.
    public let outcome: Outcome
    /// The call, such as `setData /config/x`.
    public let operation: String
    /// Of a multi: which of its operations the ensemble refused.
    public let operationIndex: Int?

    init(_ code: Code, _ outcome: Outcome = .notApplied, operation: String, operationIndex: Int? = nil) {
        self.code = code
        self.outcome = outcome
        self.operation = operation
        self.operationIndex = operationIndex
    }
}

extension AviaryError: CustomStringConvertible {
    /// For people.
    public var description: String {
        let place = operationIndex.map { " (operation \($0))" } ?? ""
        let applied = outcome == .unknown ? "it is not known whether it happened" : "not applied"
        return "\(operation): \(code)\(place), \(applied)"
    }
}

extension AviaryError: Equatable {
    /// Equal in what a program decides by.
    public static func == (left: AviaryError, right: AviaryError) -> Bool {
        left.code == right.code && left.outcome == right.outcome
    }
}

extension AviaryError {
    /// - Parameter isWrite: A read has no outcome to be unsure of.
    init(_ failure: RequestFailure, operation: String, isWrite: Bool) {
        let code: Code =
            switch failure.reason {
            case .connectionLoss: .connectionLoss
            case .deadlineExceeded: .deadlineExceeded
            case .cancelled: .cancelled
            case .queueFull: .queueFull
            case .frameTooLarge: .frameTooLarge
            case .sessionExpired: .sessionExpired
            case .authenticationFailed: .authenticationFailed
            case .closed: .closed
            }
        self.init(code, failure.wasSent && isWrite ? .unknown : .notApplied, operation: operation)
    }

    init(server error: Int32, operation: String, operationIndex: Int? = nil) {
        self.init(Code(server: error), operation: operation, operationIndex: operationIndex)
    }

    static func badPath(_ path: String, _ operation: String) -> AviaryError {
        AviaryError(.badPath, operation: "\(operation) \(path)")
    }
}
