import Security
import Settings
import Storage

extension ExitCode {
    /// The exit status of a server that ends because of `error`.
    init(_ error: any Error) {
        switch error {
        case is SettingsError, is TLSFault: self = .configuration
        case let error as StorageError: self.init(error)
        case let error as PortFault: self = error.exitCode
        default: self = .internalFault
        }
    }

    init(_ error: StorageError) {
        switch error.code {
        case .locked, .busy: self = .dataDirectoryInUse
        case .corrupt, .schema: self = .damagedData
        case .full, .io, .unsynced, .readOnly: self = .diskFailure
        case .misplaced: self = .configuration
        case .misuse, .absent: self = .internalFault
        }
    }
}
