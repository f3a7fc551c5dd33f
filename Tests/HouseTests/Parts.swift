/// The files that a type's functions stand in, and who calls whom.
struct Parts {
    /// By name of the file; a part that calls none has none.
    private(set) var called: [String: Set<String>] = [:]

    init(of type: String, in code: Code) {
        let members = code.declarations.filter { $0.owner == type }
        let functions = Dictionary(
            grouping: members.filter { $0.kind == .function && $0.name != "init" }, by: \.name)
        for member in members where member.kind == .function || member.kind == .otherField {
            let part = Self.name(member.path)
            let lines = code.lines[member.path, default: []][(member.line - 1)..<member.lastLine]
            for call in Call.all(in: lines) {
                let homes = Set(
                    functions[call.name, default: []].filter(call.fits).map { Self.name($0.path) })
                // Declared alike in several parts, or in this one too: not said which is called.
                guard homes.count == 1, !homes.contains(part) else { continue }
                called[part, default: []].formUnion(homes)
            }
        }
    }

    init(called: [String: Set<String>]) {
        self.called = called
    }

    /// The parts that reach each other: one shortest way around for each set of them.
    var cycles: [String] {
        var seen: Set<String> = []
        return called.keys.sorted().compactMap { part in
            guard !seen.contains(part), let way = wayBack(to: part) else { return nil }
            seen.formUnion(reached(from: part).filter { reached(from: $0).contains(part) })
            return (way + [part]).joined(separator: " > ")
        }
    }

    private func reached(from part: String) -> Set<String> {
        var found: Set<String> = []
        var next = [part]
        while let part = next.popLast() {
            for called in called[part] ?? [] where found.insert(called).inserted { next.append(called) }
        }
        return found
    }

    /// From a part over those that it calls to itself, breadth first.
    private func wayBack(to part: String) -> [String]? {
        var ways = [[part]]
        var seen: Set<String> = []
        while let way = ways.first {
            ways.removeFirst()
            for next in (called[way[way.count - 1]] ?? []).sorted() {
                if next == part { return way }
                if seen.insert(next).inserted { ways.append(way + [next]) }
            }
        }
        return nil
    }

    private static func name(_ path: String) -> String {
        String(path.split(separator: "/").last?.dropLast(6) ?? "")
    }
}
