import Glibc
import Inspection
import Printing

/// Where a command's answer goes: text or JSON, whole lines, in order.
final class Output {
    let isJSON: Bool
    private let write: (String) -> Void
    private(set) var isBad = false

    init(isJSON: Bool, write: @escaping (String) -> Void = { print($0, terminator: "") }) {
        self.isJSON = isJSON
        self.write = write
    }

    /// A line for people.
    func line(_ text: String = "") { self.text(text + "\n") }

    /// Lines that are ended already. What clients chose to have in their names is made safe here; the line
    /// ends in them, where they come into a line.
    func text(_ text: String) { write(ScreenText.safeLines(text)) }

    /// One object a line, for programs.
    func record(_ members: [(name: String, value: JSONValue)]) { record(.object(members)) }
    func record(_ value: JSONValue) { write("\(value)\n") }

    /// Damage or a difference was found: the exit status says so.
    func foundBad() { isBad = true }
}

/// The exit status of the program.
enum Status {
    /// Damage or a difference was found.
    static let bad: Int32 = 1
    static let usage: Int32 = 64
    static let noInput: Int32 = 66
    static let noOutput: Int32 = 73
    static let inputOutput: Int32 = 74
    static let busy: Int32 = 75

    static let help = """
        Exit codes: 0 sound, equal or done; 1 damage or a difference was found; 64 wrong arguments; 66 no \
        such folder, or not a node's; 73 the output cannot be made; 74 the disk failed; 75 a node runs on \
        the folder.
        """
}
