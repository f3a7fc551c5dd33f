import Settings
import Storage

/// Another program listens where clients should connect.
struct PortInUse: Error, CustomStringConvertible {
    let port: Int

    var description: String {
        "clientPort=\(port) is in use by another program; stop that one or choose another clientPort"
    }
}

extension ExitCode {
    /// What the program tells its starter when it ends because of `error`.
    init(_ error: any Error) {
        switch error {
        case is SettingsError: self = .configuration
        case let error as StorageError: self.init(error)
        case is PortInUse: self = .portInUse
        default: self = .internalFault
        }
    }

    init(_ error: StorageError) {
        switch error.code {
        case .locked, .busy: self = .dataDirectoryInUse
        case .corrupt, .schema: self = .damagedData
        case .full, .io, .readOnly: self = .diskFailure
        case .misuse, .absent: self = .internalFault
        }
    }
}
