import Vocabulary

/// The bytes of an answer as they grow: one array, however long the lists in it.
struct AnswerText {
    private(set) var bytes: [UInt8] = []

    static func += (answer: inout AnswerText, text: String) {
        answer.bytes.append(contentsOf: text.utf8)
    }

    static func += (answer: inout AnswerText, path: ZnodePath) {
        answer.bytes.append(contentsOf: path.bytes)
    }

    static func += (answer: inout AnswerText, text: ByteString) {
        answer.bytes.append(contentsOf: text.bytes)
    }

    mutating func line(_ text: String = "") {
        self += text
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func reserve(_ count: Int) {
        bytes.reserveCapacity(bytes.count + count)
    }
}
