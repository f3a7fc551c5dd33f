/// Why a node cannot run with this configuration, said so that its operator can put it right.
package struct SettingsError: Error, Sendable {
    package enum Code: Sendable {
        /// The file itself, or one it names, cannot be read.
        case unreadable
        /// The text breaks the syntax of properties.
        case malformed
        /// A key that must be there is not.
        case missing
        /// A value that the key does not take.
        case invalid
        /// Values that are legal alone but not together.
        case conflicting
        /// Understood, but this version does not do it.
        case notYet
    }

    package let code: Code
    package let file: String
    /// 1 for the first line; nil when the fault has no line, such as a missing key.
    package let line: Int?
    /// `key=value` as written, or the key alone; nil when no single key is at fault.
    package let entry: String?
    /// The fault, continuing a sentence that begins with the entry.
    package let problem: String
    /// The remedy.
    package let remedy: String

    init(
        _ code: Code, file: String, line: Int? = nil, entry: String? = nil, problem: String, remedy: String
    ) {
        self.code = code
        self.file = file
        self.line = line
        self.entry = entry
        self.problem = problem
        self.remedy = remedy
    }
}

extension SettingsError: CustomStringConvertible {
    /// `zoo.cfg:3: tickTime=abc is not a whole number; write …`
    package var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        let subject = entry.map { "\($0) " } ?? ""
        return "\(place): \(subject)\(problem); \(remedy)"
    }
}

/// Tests compare the code only: sentences may change.
extension SettingsError: Equatable {
    package static func == (left: SettingsError, right: SettingsError) -> Bool { left.code == right.code }
}
