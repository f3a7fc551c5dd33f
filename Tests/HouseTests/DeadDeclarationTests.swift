import Testing

/// A name that stands in `Sources` and `Tests` once, where it is declared, is used by nobody.
@Suite struct `A declaration` {
    /// Names, or types all of whose cases are meant, that nobody in the house uses, with the reason.
    static let unused: [String: String] = [
        "AviaryBench": "marked @main", "AviaryServer": "marked @main", "AviarySim": "marked @main",
        "OutboundOut": "NIO's protocol of handlers asks for it",
        "userInboundEventTriggered": "NIO's protocol of handlers asks for it",
        "handlerAdded": "NIO's protocol of handlers asks for it",
        "handlerRemoved": "NIO's protocol of handlers asks for it",
        "ErrorCode": "the table of the client protocol, whole",
        "QuorumPacket.Kind": "the table of the quorum protocol, whole",
    ]

    @Test func `is used somewhere`() {
        var needed: Set<String> = []
        for declaration in Code.current.declarations where declaration.name != "init" {
            guard Code.current.uses[declaration.name] == 1 else { continue }
            let isCase = declaration.kind == .enumCase
            if let reason = Self.unused[declaration.name] ?? (isCase ? Self.unused[declaration.owner] : nil) {
                needed.insert(Self.unused[declaration.name] == reason ? declaration.name : declaration.owner)
                continue
            }
            Issue.record(
                "\(declaration.path):\(declaration.line): \(declaration.name) is not used (rule 13)"
            )
        }
        for name in Self.unused.keys.sorted() where !needed.contains(name) {
            Issue.record("\(name) is used, or gone: take it off the list of exceptions")
        }
    }

    /// So that the test above can fail.
    @Test func `is found in code, not in comments and strings`() {
        let text = """
            struct Ring {
                let size = "\\(used.count)" // let gone = 1
                @inline(__always) private static func turn() { let inner = 1 }
                case one, two(Int, String)
            }
            """
        let code = CodeReader.lines(of: text)
        let found = Declaration.all(in: code, path: "Ring.swift")
        #expect(found.map(\.name) == ["Ring", "size", "turn", "one", "two"])
        #expect(found.map(\.kind) == [.type, .storedField, .function, .enumCase, .enumCase])
        #expect(found.map(\.owner) == ["", "Ring", "Ring", "Ring", "Ring"])
        #expect(code[1].contains("used.count") && !code[1].contains("gone"))
    }
}
