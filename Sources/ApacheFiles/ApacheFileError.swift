/// Why a file of Apache's cannot be read, with the place.
package struct ApacheFileError: Error, Equatable, CustomStringConvertible {
    package enum Code: Sendable {
        /// The file is not as a server wrote it.
        case damaged
        /// The file ends before what it holds does: its writer was stopped.
        case unfinished
        /// The file may be sound, and this program does not read it.
        case unsupported
        /// The file cannot be read or written at all.
        case io
    }

    package let code: Code
    /// The path, or what a stream is called.
    package let file: String
    /// Where it is, in bytes from the beginning of what is read: of a compressed file, of what it unpacks to.
    package let offset: Int64?
    package let reason: String

    package init(_ code: Code, _ file: String, at offset: Int64? = nil, _ reason: String) {
        self.code = code
        self.file = file
        self.offset = offset
        self.reason = reason
    }

    package var description: String {
        file + (offset.map { " at byte \($0)" } ?? "") + ": " + reason
    }
}
