import Printing
import Vocabulary

/// The bytes of an answer as they grow: one array, however long the lists in it.
///
/// Text that clients chose is made safe for terminals on its way in; ordinary names stay as they are, byte
/// for byte.
struct AnswerText {
    private(set) var bytes: [UInt8] = []

    static func += (answer: inout AnswerText, text: String) {
        answer.bytes.append(contentsOf: text.utf8)
    }

    static func += (answer: inout AnswerText, path: ZnodePath) {
        ScreenText.append(path.bytes, to: &answer.bytes)
    }

    static func += (answer: inout AnswerText, text: ByteString) {
        ScreenText.append(text.bytes, to: &answer.bytes)
    }

    /// Session ids stand on every line of the longest answers: no text is made of each.
    static func += (answer: inout AnswerText, session: SessionID) {
        answer.bytes.append(UInt8(ascii: "0"))
        answer.bytes.append(UInt8(ascii: "x"))
        let number = UInt64(bitPattern: session.rawValue)
        var shift = number == 0 ? 0 : (63 - number.leadingZeroBitCount) & ~3
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(shift)) & 0xf
            answer.bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            shift -= 4
        }
    }

    mutating func line(_ text: String = "") {
        self += text
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func reserve(_ count: Int) {
        bytes.reserveCapacity(bytes.count + count)
    }
}
