import Testing

@Suite struct `The house` {
    /// Longer than a file may be, with the reason.
    static let longFiles: [String: String] = [:]

    @Test func `has no file that should be two`() {
        for file in Repository.current.swift where file.lines.count > 401 && Self.longFiles[file.path] == nil
        {
            Issue.record("\(file.path): \(file.lines.count) lines; split by 400 (rule 2)")
        }
    }

    @Test func `has no line that runs out of the page`() {
        for file in Repository.current.swift {
            for (number, line) in file.lines.enumerated() where line.count > 110 {
                Issue.record("\(file.path):\(number + 1): \(line.count) columns; 110 are enough (rule 4)")
            }
        }
    }

    @Test func `has no drawer for odds and ends`() {
        let forbidden = [
            "Utils", "Utilities", "Helper", "Helpers", "Common", "Manager", "Base", "Impl", "Misc", "New",
        ]
        for file in Repository.current.swift {
            let names = file.types + [String(file.name.dropLast(6))]
            for name in names where forbidden.contains(where: { Self.words(of: name).contains($0) }) {
                Issue.record("\(file.path): \(name) says nothing; name the thing (rule 1)")
            }
        }
    }

    @Test func `leaves nothing undone without an owner`() {
        for file in Repository.current.swift where !file.path.hasPrefix("Tests/HouseTests/") {
            for (number, line) in file.lines.enumerated()
            where line.contains("TODO") || line.contains("FIXME") {
                guard !line.contains("TODO(") else { continue }
                Issue.record("\(file.path):\(number + 1): whose is this to do? (rule 84)")
            }
        }
    }

    @Test func `does not force its luck`() {
        for file in Repository.current.sources {
            for (number, line) in file.lines.enumerated() {
                for bet in ["try!", "as!", "fatalError("] where line.contains(bet) {
                    Issue.record(
                        "\(file.path):\(number + 1): \(bet) in a program that must not crash (rule 83)")
                }
            }
        }
    }

    @Test func `proves what the compiler cannot`() {
        for file in Repository.current.sources {
            for (number, line) in file.lines.enumerated()
            where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
                let above = file.lines[max(0, number - 12)..<number]
                let isComment = line.drop { $0 == " " }.hasPrefix("///")
                guard !isComment, !above.contains(where: { $0.contains("Sendable") }) else {
                    continue
                }
                Issue.record("\(file.path):\(number + 1): say why this is safe, right above (rule 34)")
            }
        }
    }

    @Test(arguments: ["Sources", "Tests", "migrations", "tools"])
    func `introduces each room in a page`(folder: String) {
        guard let readme = Repository.current.files.first(where: { $0.path == "\(folder)/README.md" }) else {
            Issue.record("\(folder) has no README.md (rule 77)")
            return
        }
        #expect(readme.lines.count <= 41, "\(readme.path): at most 40 lines (rule 77)")
    }

    @Test func `does not know whose machine it is on`() {
        let machine = ["/wo" + "rk/", "/opt/sw" + "ift", "/tmp/w" + "t/", "/ro" + "ot/"]
        for file in Repository.current.files {
            for (number, line) in file.lines.enumerated() where machine.contains(where: line.contains) {
                Issue.record("\(file.path):\(number + 1): names a path of one machine")
            }
        }
    }

    /// `ZnodeStore` is Znode and Store.
    private static func words(of name: String) -> [String] {
        var words: [String] = []
        for character in name {
            if character.isUppercase || words.isEmpty {
                words.append(String(character))
            } else {
                words[words.count - 1].append(character)
            }
        }
        return words
    }
}
