/// The words of a line as shells take it apart: spaces between, quotes and backslashes against them.
enum LineWords {
    struct OpenQuote: Error, CustomStringConvertible {
        let description = "a quote is not closed"
    }

    static func split(_ line: String) throws(OpenQuote) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in line {
            if isEscaped {
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if character == quote {
                quote = nil
            } else if quote == nil, character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if quote == nil, character.isWhitespace {
                if let whole = word { words.append(whole) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil, !isEscaped else { throw OpenQuote() }
        if let word { words.append(word) }
        return words
    }
}
