import Testing

/// The files that a replica is written in: each may call others, and none of those calls it back.
@Suite struct `The parts of a replica` {
    private struct Part {
        let name: String
        /// Functions of `Replica` that it declares.
        var functions: Set<String> = []
        /// What it calls without saying on what.
        var calls: Set<String> = []

        init(_ file: Repository.File) {
            name = file.name
            var isInside = false
            for line in file.lines {
                if line.hasPrefix("extension ") || line.hasPrefix("package struct ") {
                    isInside = line.contains(" Replica ") || line.contains(" Replica:")
                }
                guard isInside, !line.contains("///") else { continue }
                for (name, before) in Part.namesBeforeParentheses(in: line) {
                    if before.hasSuffix("func ") {
                        functions.insert(name)
                    } else if before.last != "." {
                        calls.insert(name)
                    }
                }
            }
        }

        /// Each name that a parenthesis follows, and what stands before it in the line.
        private static func namesBeforeParentheses(in line: String) -> [(name: String, before: Substring)] {
            line.indices.filter { line[$0] == "(" }.map { parenthesis in
                let before = line[..<parenthesis]
                let name = before.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                return (String(name.reversed()), before.dropLast(name.count))
            }
        }

        func calls(_ other: Part) -> Set<String> {
            calls.intersection(other.functions).subtracting(functions)
        }
    }

    private static let parts = Repository.current.below("Sources/Replica")
        .filter { $0.name == "Replica.swift" || $0.name.hasPrefix("Replica+") }.map(Part.init)

    @Test func `call one another in one direction only`() {
        #expect(Self.parts.count > 10)
        for (index, part) in Self.parts.enumerated() {
            for other in Self.parts[(index + 1)...] {
                let (there, back) = (part.calls(other), other.calls(part))
                guard !there.isEmpty, !back.isEmpty else { continue }
                Issue.record(
                    """
                    \(part.name) calls \(there.sorted().joined(separator: ", ")) of \(other.name), \
                    which calls \(back.sorted().joined(separator: ", ")) of it
                    """)
            }
        }
    }
}
