import ApacheFiles
import ArgumentParser
import Glibc
import Inspection
import Printing
import Storage

/// One sentence with a remedy, and the exit status that goes with it.
struct Failure: Error {
    let message: String
    let status: Int32

    init(_ error: any Error) {
        switch error {
        case let error as InspectionError: self.init(error)
        case let error as StorageError: self.init(error)
        case let error as ApacheFileError: self.init(error)
        case let error as ValidationError:
            self.init(error.message, Status.usage)
        default: self.init("\(error)", Status.inputOutput)
        }
    }

    private init(_ message: String, _ status: Int32) {
        self.message = message
        self.status = status
    }

    private init(_ error: InspectionError) {
        message = error.description
        switch error.code {
        case .usage: status = Status.usage
        case .damaged: status = Status.bad
        case .busy: status = Status.busy
        case .output: status = Status.noOutput
        }
    }

    private init(_ error: ApacheFileError) {
        message = error.description
        switch error.code {
        case .damaged, .unfinished: status = Status.bad
        case .unsupported: status = Status.noInput
        case .io: status = Status.inputOutput
        }
    }

    private init(_ error: StorageError) {
        switch error.code {
        case .absent:
            message = error.message
            status = Status.noInput
        case .corrupt, .schema:
            message = error.finding + "; `aviary-admin verify` says what is still sound"
            status = Status.bad
        case .busy, .locked:
            message = error.message
            status = Status.busy
        case .misuse, .misplaced:
            message = error.message
            status = Status.noOutput
        case .io, .unsynced, .full, .readOnly:
            message = error.finding
            status = Status.inputOutput
        }
    }
}

extension String {
    /// To people, who may be reading the answer of something else on standard output.
    func complain() { (ScreenText.safeLines("aviary-admin: \(self)") + "\n").writeToStandardError() }

    /// At once: standard error has no buffer of ours.
    func writeToStandardError() {
        var bytes = Array(utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
