import Aviary

/// How a command ended, as the program's exit says it. The numbers are an interface.
enum ShellStatus: Int32 {
    case done = 0
    /// The server said no; for `exists`: it is not there.
    case refused = 1
    case wrongUsage = 64
    case wrongData = 65
    case unreachable = 69
    case localFile = 74
    /// Nobody knows whether it happened.
    case unknown = 75
    case noPermission = 77
    case timeUp = 124
}

extension ShellStatus {
    init(_ error: AviaryError, wasConnected: Bool) {
        switch error.code {
        case .deadlineExceeded where !wasConnected: self = .unreachable
        case .badPath, .badArguments: self = .wrongUsage
        case .noAuth, .authenticationFailed, .authenticationRequired: self = .noPermission
        case _ where error.outcome == .unknown: self = .unknown
        case .deadlineExceeded: self = .timeUp
        default: self = .refused
        }
    }
}

/// Why a command cannot be done, found on this side.
struct ShellFailure: Error {
    let message: String
    let status: ShellStatus

    init(_ message: String, _ status: ShellStatus) {
        self.message = message
        self.status = status
    }
}
