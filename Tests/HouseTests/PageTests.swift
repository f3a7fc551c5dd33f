import Testing

@Suite struct `The pages for people` {
    private static let pages = ["ARCHITECTURE.md", "DECISIONS.md"]

    private func page(_ path: String) throws -> Repository.File {
        try #require(Repository.current.files.first { $0.path == path })
    }

    @Test func `number the decisions in turn and date them`() throws {
        let headings = try page("DECISIONS.md").lines.filter { $0.hasPrefix("### ") }
        #expect(headings.count > 30)
        for (index, heading) in headings.enumerated() {
            #expect(heading.hasPrefix("### D\(index + 1) · "), "\(heading) is not number \(index + 1)")
            #expect(heading.hasSuffix(")") && heading.contains(" (20"), "\(heading) has no date")
        }
    }

    @Test(arguments: pages)
    func `refer to decisions that are there`(path: String) throws {
        let count = try page("DECISIONS.md").lines.filter { $0.hasPrefix("### ") }.count
        for (index, line) in try page(path).lines.enumerated() {
            let words = line.split { !$0.isLetter && !$0.isNumber }
            for word in words where word.first == "D" {
                guard let number = Int(word.dropFirst()) else { continue }
                #expect((1...count).contains(number), "\(path):\(index + 1): there is no \(word)")
            }
        }
    }

    /// What cannot be broken may be longer: tables, quoted output and links.
    @Test func `have no line that runs out of the page`() {
        for file in Repository.current.files where file.path.hasSuffix(".md") {
            for (index, line) in file.lines.enumerated() where line.count > 120 {
                let isWhole = line.hasPrefix("|") || line.hasPrefix("    ") || line.contains("](")
                #expect(isWhole, "\(file.path):\(index + 1): \(line.count) columns; 120 are enough")
            }
        }
    }

    /// So that it compiles, and is tried by the tests of processes.
    @Test func `show the first session in Swift as it is built`() throws {
        let program = try page("tools/examples/elect/Elect.swift").lines.map { $0.isEmpty ? "" : "    \($0)" }
        let shown = try page("README.md").lines.joined(separator: "\n")
        #expect(shown.contains(program.dropLast().joined(separator: "\n")))
    }

    /// What stands in backticks and has a capital letter is a name: of the code, or of a file.
    @Test(arguments: pages)
    func `name what the code has`(path: String) throws {
        var known = Set(Repository.current.files.flatMap { $0.path.split { !$0.isLetter && !$0.isNumber } })
        for line in Repository.current.sources.flatMap(\.lines) {
            known.formUnion(line.split { !$0.isLetter && !$0.isNumber && $0 != "_" })
        }
        for (index, line) in try page(path).lines.enumerated() {
            let spans = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            for span in spans where !span.offset.isMultiple(of: 2) {
                for name in span.element.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" })
                where name.count > 3 && name.contains(where: \.isUppercase) {
                    #expect(known.contains(name), "\(path):\(index + 1): nothing is called \(name)")
                }
            }
        }
    }
}
