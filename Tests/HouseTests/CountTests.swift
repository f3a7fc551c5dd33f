import Testing

/// How entangled the code is, in numbers that are printed and may only fall.
///
/// `swift test --filter HouseTests | grep house:` shows them.
@Suite struct `What is counted` {
    /// The most that each number may be. Lower it whenever it can be.
    static let bounds = (
        storedFields: 27, functions: 147, mutualPairs: 0, roleParameters: 0, roleAssignments: 0,
        riddles: 0
    )

    /// The functions in which a peer's role is set from another one.
    static let rolePlaces: Set<String> = []

    @Test func `stored fields of the largest type`() {
        expect(largest(.storedField), atMost: Self.bounds.storedFields, "stored fields of one type")
    }

    @Test func `functions of the largest type`() {
        expect(largest(.function), atMost: Self.bounds.functions, "functions of one type")
    }

    /// Of `Replica` itself: its parts are the files that its functions stand in.
    @Test func `parts of the replica that call each other`() {
        let pairs = mutualPairs(of: "Replica")
        expect(
            (pairs.count, pairs.joined(separator: ", ")), atMost: Self.bounds.mutualPairs,
            "pairs of Replica's parts that call each other")
    }

    @Test func `roles that are passed to be changed in Zab`() {
        let found = Code.current.lines(below: "Sources/Zab/").filter { line in
            ["Leading", "Following", "Election", "Role"].contains { role in
                Self.ends(line.text, in: "inout \(role)")
            }
        }
        expect(
            (found.count, Self.places(found)), atMost: Self.bounds.roleParameters,
            "inout parameters of a role in Zab")
    }

    @Test func `roles that are assigned in Zab`() {
        let found = Code.current.lines(below: "Sources/Zab/").filter { line in
            Code.identifiers(of: line.text).contains("role") && line.text.contains("role = ")
                && !line.text.contains("let role") && !line.text.contains("var role")
                && line.function != "init" && !Self.rolePlaces.contains(line.function)
        }
        expect(
            (found.count, Self.places(found)), atMost: Self.bounds.roleAssignments,
            "assignments of a role in Zab outside its one place")
    }

    /// A comment names its subject: one that begins with a pronoun leaves it to be guessed.
    @Test func `comments that begin with a pronoun`() {
        var found: [String] = []
        for file in Repository.current.sources {
            for (index, line) in file.lines.enumerated() {
                let words = line.split(separator: " ")
                guard words.count > 1, words[0] == "///", Self.pronouns.contains(String(words[1])) else {
                    continue
                }
                let isFirst = index == 0 || !file.lines[index - 1].contains("/// ")
                if isFirst { found.append(file.module) }
            }
        }
        let modules = Dictionary(grouping: found, by: { $0 }).sorted { $0.key < $1.key }
        expect(
            (found.count, modules.map { "\($0.key) \($0.value.count)" }.joined(separator: ", ")),
            atMost: Self.bounds.riddles, "comments that begin with a pronoun")
    }

    private static let pronouns: Set<String> = [
        "What", "Whatever", "Who", "Whoever", "It", "Its", "They", "Those", "These", "This", "That", "He",
    ]

    /// Warnings are counted where everything is compiled.
    @Test func `warnings of the build`() throws {
        let script = try #require(Repository.current.files.first { $0.path == "tools/test" })
        let builds = script.lines.contains { $0.hasPrefix("build() { build_without_warnings ") }
        #expect(builds, "tools/test no longer fails where the compiler warns")
    }

    // MARK: Counting

    private func expect(_ found: (count: Int, what: String), atMost bound: Int, _ name: String) {
        print("house: \(found.count) \(name) (at most \(bound)): \(found.what)")
        #expect(found.count <= bound, "\(name): \(found.count) are more than \(bound): \(found.what)")
    }

    private func largest(_ kind: Declaration.Kind) -> (count: Int, what: String) {
        var counts: [String: Int] = [:]
        for declaration in Code.current.declarations where declaration.kind == kind {
            // A simulated server is made of what a test asks about.
            if declaration.owner.isEmpty || declaration.path.hasPrefix("Sources/Simulator/") { continue }
            counts[declaration.owner, default: 0] += 1
        }
        let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
        return (most?.value ?? 0, most?.key ?? "")
    }

    private func mutualPairs(of type: String) -> [String] {
        var homes: [String: Set<String>] = [:]
        for declaration in Code.current.declarations
        where declaration.kind == .function && declaration.owner == type && declaration.name != "init" {
            homes[declaration.name, default: []].insert(declaration.path)
        }
        let parts = Set(homes.values.joined())
        var called: [String: Set<String>] = [:]
        for part in parts {
            for call in (Code.current.lines[part] ?? []).flatMap(Code.calls(in:)) {
                // A name that two parts declare, or this one too, says not whom it calls.
                guard let home = homes[call], home.count == 1, !home.contains(part) else { continue }
                called[part, default: []].formUnion(home)
            }
        }
        return parts.sorted().flatMap { part in
            (called[part] ?? []).filter { part < $0 && called[$0]?.contains(part) == true }.sorted().map {
                "\(Self.name(part))|\(Self.name($0))"
            }
        }
    }

    private static func ends(_ text: String, in type: String) -> Bool {
        guard let range = text.firstRange(of: type) else { return false }
        return text[range.upperBound...].utf8.first.map { !Code.isPartOfName($0) } ?? true
    }

    private static func places(_ lines: [(path: String, number: Int, function: String, text: String)])
        -> String
    {
        lines.map { "\(name($0.path)):\($0.number)" }.joined(separator: ", ")
    }

    private static func name(_ path: String) -> String {
        String(path.split(separator: "/").last?.dropLast(6) ?? "")
    }
}
