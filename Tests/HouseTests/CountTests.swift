import Testing

/// How entangled the code is, in numbers that are printed and may only fall.
///
/// `swift test --filter HouseTests | grep house:` shows them.
@Suite struct `What is counted` {
    /// The most that each number may be. Lower it whenever it can be.
    static let bounds = (roleParameters: 0, roleAssignments: 0, cycles: 0, riddles: 0)

    /// Of the large types, by module, no less than `smallType`, which all others have at most.
    static let largeTypes: [String: (storedFields: Int, functions: Int)] = [
        "Aviary.AviaryClient": (14, 63),
        "Aviary.SessionLoop": (15, 24),
        "ClientCore.SessionMachine": (14, 31),
        "Console.ConnectionReport": (17, 24),
        "Console.NodeReport": (28, 24),
        "Host.ReplicaLoop": (17, 50),
        "Inspection.FolderSurvey": (18, 24),
        "Links.QuorumLinks": (15, 24),
        "Replica.Clients": (14, 40),
        "Replica.CommittedState": (14, 36),
        "Replica.Connection": (25, 24),
        "Replica.Effects": (14, 26),
        "Replica.Replica": (16, 101),
        "Replica.ReplicaSettings": (26, 24),
        "Replica.SessionTable": (14, 30),
        "Settings.NodeSettings": (21, 24),
        "Simulator.Client": (25, 24),
        "Simulator.Server": (37, 24),
        "Simulator.Simulation": (16, 106),
        "Storage.DataDirectory": (14, 29),
        "Storage.LogStore": (14, 34),
        "Zab.Election": (18, 24),
        "Zab.Leading": (14, 32),
        "Zab.ServerState": (15, 24),
        "Znodes.Tree": (14, 50),
        "Znodes.ZnodeStore": (14, 49),
        "aviary-bench.Options": (21, 24),
        "aviary-bench.WatchFanOut": (16, 24),
    ]
    static let smallType = (storedFields: 14, functions: 24)

    /// The functions in which a peer's role is set from another one.
    static let rolePlaces: Set<String> = ["step"]

    @Test func `stored fields and functions of each type`() {
        let small = Self.smallType
        let sizes = TypeSize.all(in: Code.current.declarations)
        for size in sizes {
            let bound = Self.largeTypes[size.name] ?? small
            // What has become smaller may not grow again: its bound is lowered with it.
            #expect(
                max(size.storedFields, small.storedFields) == bound.storedFields,
                "stored fields of \(size.name)")
            #expect(max(size.functions, small.functions) == bound.functions, "functions of \(size.name)")
            guard Self.largeTypes[size.name] != nil else { continue }
            let (fields, functions) = (size.storedFields, size.functions)
            print(
                "house: \(size.name): \(fields) stored fields (at most \(bound.storedFields)),",
                terminator: " ")
            print("\(functions) functions (at most \(bound.functions))")
            let isSmall = fields <= small.storedFields && functions <= small.functions
            #expect(!isSmall, "\(size.name) is no large type any more")
        }
        let gone = Set(Self.largeTypes.keys).subtracting(sizes.map(\.name))
        #expect(gone.isEmpty, "there are no such types")
        let others = sizes.filter { Self.largeTypes[$0.name] == nil }
        let (fields, functions) = (others.map(\.storedFields).max() ?? 0, others.map(\.functions).max() ?? 0)
        print("house: each of \(others.count) other types: \(fields) stored fields", terminator: " ")
        print("(at most \(small.storedFields)), \(functions) functions (at most \(small.functions))")
    }

    /// Of `Replica` itself: its parts are the files that its functions stand in.
    @Test func `parts of the replica that call each other in a circle`() {
        let cycles = Parts(of: "Replica", in: Code.current).cycles
        expect(
            (cycles.count, cycles.joined(separator: "; ")), atMost: Self.bounds.cycles,
            "cycles among Replica's parts")
    }

    @Test func `roles that are passed to be changed in Zab`() {
        let found = Code.current.lines(below: "Sources/Zab/").filter { line in
            ["Leading", "Following", "Election", "PeerRole"].contains { role in
                Self.ends(line.text, in: "inout \(role)")
            }
        }
        expect(
            (found.count, Self.places(found)), atMost: Self.bounds.roleParameters,
            "inout parameters of a role in Zab")
    }

    @Test func `roles that are assigned in Zab`() {
        let assigned = Code.current.lines(below: "Sources/Zab/").filter(Self.assignsRole)
        let found = assigned.filter { $0.function != "init" && !Self.rolePlaces.contains($0.function) }
        expect(
            (found.count, Self.places(found)), atMost: Self.bounds.roleAssignments,
            "assignments of a role in Zab outside its one place")
        let idle = Self.rolePlaces.subtracting(assigned.map(\.function))
        #expect(idle.isEmpty, "no role is assigned there")
    }

    /// A role puts another in its own place, or a peer in its field.
    private static func assignsRole(_ line: Code.Line) -> Bool {
        let text = line.text.split(separator: " ").joined(separator: " ")
        let isRolesOwn = line.path.split(separator: "/").last?.hasSuffix("Role.swift") == true
        return text.hasPrefix("role = ") || text.contains(".role = ") || text.contains(" role = .")
            || isRolesOwn && text.contains("self = .")
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

    private static func ends(_ text: String, in type: String) -> Bool {
        guard let range = text.firstRange(of: type) else { return false }
        return text[range.upperBound...].utf8.first.map { !Code.isPartOfName($0) } ?? true
    }

    private static func places(_ lines: [Code.Line]) -> String {
        lines.map { "\(name($0.path)):\($0.number)" }.joined(separator: ", ")
    }

    private static func name(_ path: String) -> String {
        String(path.split(separator: "/").last?.dropLast(6) ?? "")
    }
}
