import Testing

@Suite struct `The glossary` {
    /// Whose types people meet who work on the server.
    static let modules: Set<String> = [
        "Vocabulary", "Zab", "Znodes", "Wire", "Replica", "Host", "Links", "Frontend", "Storage",
    ]

    /// The first cells of the glossary's lines, without backticks; a cell may have several words.
    private let entries: [String]

    init() throws {
        let page = try #require(Repository.current.files.first { $0.path == "ARCHITECTURE.md" })
        let start = try #require(page.lines.firstIndex(of: "## Glossary"))
        let section = page.lines[(start + 1)...].prefix { !$0.hasPrefix("## ") }
        entries = section.filter { $0.hasPrefix("| ") }.dropFirst().flatMap { line in
            (line.split(separator: "|").first ?? "").split(separator: ",").map { word in
                word.filter { $0 != "`" }.split(separator: " ").joined(separator: " ")
            }
        }
    }

    @Test func `explains each word once`() {
        #expect(entries.count > 20, "the table was not found")
        let twice = Dictionary(grouping: entries, by: { $0 }).filter { $0.value.count > 1 }.keys.sorted()
        #expect(twice == [])
    }

    /// The code has a word when a name in it does; of several words, each by itself.
    @Test func `has no word that the code no longer has`() {
        let names = Set(Code.current.uses.keys.map { $0.lowercased() })
        let gone = entries.filter { entry in
            let name = entry.lowercased().filter(\.isLetter)
            if names.contains(where: { $0.contains(name) }) { return false }
            let words = entry.lowercased().split { !$0.isLetter }
            return words.count < 2 || !words.allSatisfy { word in names.contains { $0.contains(word) } }
        }
        print("house: \(gone.count) words of the glossary that the code no longer has (at most 0)")
        #expect(gone == [])
    }

    /// A word is coined when a type of the server is named by it and `PlainWords` does not have it. What
    /// stands inside another type is named by that one.
    @Test func `has every word that the code coins`() {
        let explained = Set(
            entries.flatMap { $0.split { !$0.isLetter } }.flatMap { Self.words(of: String($0)) })
        var coined: Set<String> = []
        for declaration in Code.current.declarations
        where declaration.kind == .type && declaration.owner.isEmpty {
            let module = declaration.path.split(separator: "/").dropFirst().first ?? ""
            guard Self.modules.contains(String(module)) else { continue }
            for word in Self.words(of: declaration.name)
            where !PlainWords.all.contains(word) && !explained.contains(word) {
                coined.insert("\(word) (\(declaration.name))")
            }
        }
        print("house: \(coined.count) coined words that the glossary lacks (at most 0)")
        #expect(coined.sorted() == [])
    }

    @Test func `takes a name apart as people do`() {
        #expect(Self.words(of: "XXHash64") == ["xx", "hash"])
        #expect(Self.words(of: "GetACLResponse") == ["get", "acl", "response"])
        #expect(Self.words(of: "ResumedCxids") == ["resumed", "cxid"])
        #expect(Self.words(of: "unread") == ["unread"])
    }

    /// The words of a name in the singular and in small letters, without numbers.
    private static func words(of name: String) -> [String] {
        var words: [String] = []
        let letters = Array(name.filter(\.isLetter))
        for (index, letter) in letters.enumerated() {
            let isFirst = index == 0 || letters[index - 1].isLowercase
            let isLast = index + 1 == letters.count || letters[index + 1].isUppercase
            if words.isEmpty || (letter.isUppercase && (isFirst || !isLast)) { words.append("") }
            words[words.count - 1].append(contentsOf: letter.lowercased())
        }
        return words.map { word in
            if word.hasSuffix("ches") { return String(word.dropLast(2)) }
            let isPlural = word.count > 3 && word.hasSuffix("s") && !word.hasSuffix("ss")
            return isPlural ? String(word.dropLast()) : word
        }
    }
}
