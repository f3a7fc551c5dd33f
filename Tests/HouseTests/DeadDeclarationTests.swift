import Testing

/// A name that stands in `Sources` only where it is declared is used by nobody, or by tests alone.
@Suite struct `A declaration` {
    /// Names, or types all of whose members are meant, that nobody in `Sources` uses, by the reason.
    static let reasons: [String: [String]] = [
        "marked @main": ["AviaryAdmin", "AviaryBench", "AviaryServer", "AviaryShell", "AviarySim"],
        "NIO's protocol of handlers asks for it": [
            "InboundOut", "OutboundIn", "OutboundOut", "userInboundEventTriggered", "handlerAdded",
            "handlerRemoved",
            "channelActive", "channelInactive", "channelRead", "channelWritabilityChanged", "errorCaught",
        ],
        "the protocol of log handlers asks for it": ["logLevel"],
        "printing by the standard library asks for it": ["debugDescription", "customMirror"],
        "the parser of arguments asks for it": ["validate", "defaultValueDescription"],
        "dictionaries of the standard library ask for it": ["_rawHashValue"],
        "tables of the protocols, whole": ["QuorumPacket.Kind"],
        "a page is held to it": ["obeyed"],
    ]
    static let unused = Set(reasons.values.joined())

    /// Variables that nobody in `Sources` sets, with the reason.
    static let unset: [String: String] = [
        "logLevel": "the protocol of log handlers asks for it",
        "logExists": "tests put a faulty disk under the log",
    ]

    @Test func `is used in the sources`() {
        var needed: Set<String> = []
        for (name, declarations) in Self.byName {
            guard Code.current.usesInSources[name] == declarations.count else { continue }
            for declaration in declarations {
                if let exception = [name, declaration.owner].first(where: Self.unused.contains) {
                    needed.insert(exception)
                    continue
                }
                Issue.record(
                    "\(declaration.path):\(declaration.line): nothing in Sources uses \(name) (rule 13)")
            }
        }
        for name in Self.unused.sorted() where !needed.contains(name) {
            Issue.record("\(name) is used, or gone: take it off the list of exceptions")
        }
    }

    /// A variable of that name is never given another value than its first.
    @Test func `that may be changed is set in the sources`() {
        let set = Code.current.namesSet
        for declarations in Self.byName.values
        where declarations.allSatisfy({ $0.kind == .storedField && $0.isVariable }) {
            for declaration in declarations
            where !set.contains(declaration.name) && Self.unset[declaration.name] == nil
                && !declaration.path.hasPrefix("Sources/aviary-")
            {
                Issue.record(
                    "\(declaration.path):\(declaration.line): nothing in Sources sets \(declaration.name)")
            }
        }
    }

    /// What the client's library is for is used by programs that are not here; its cases are as public as it.
    private static func isForOthers(_ declaration: Declaration) -> Bool {
        declaration.path.hasPrefix("Sources/Aviary/")
            && (declaration.isPublic || declaration.kind == .enumCase)
    }

    private static let byName = Dictionary(
        grouping: Code.current.declarations.filter { $0.name != "init" && !isForOthers($0) }, by: \.simpleName
    )

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

    @Test func `tells functions of one name apart by their labels`() {
        let text = """
            struct Door {
                func open(_ lock: Lock, at now: Int, by hand: Bool = true) { shut() }
                func open(
                    for guest: [String: Int], then: () -> Void
                ) {
                    self.open(lock(3), at: 4)
                    other.open(for: [:])
                    open(for: guest) { }
                    let isWide = wide(a ? b : c, of: d)
                }
            }
            """
        let code = CodeReader.lines(of: text)
        let found = Declaration.all(in: code, path: "Door.swift")
        #expect(found.map(\.lastLine) == [11, 2, 10])
        #expect(found[1].parameters.map(\.label) == ["_", "at", "by"])
        #expect(found[2].parameters.map(\.label) == ["for", "then"])
        let calls = Call.all(in: code[5...])
        #expect(calls.map(\.name) == ["open", "lock", "open", "wide"])
        #expect(calls.map(\.labels) == [["_", "at"], ["_"], ["for"], ["_", "of"]])
        #expect(calls[0].fits(found[1]) && !calls[0].fits(found[2]))
        #expect(calls[2].fits(found[2]) && !calls[2].fits(found[1]))
    }

    @Test func `stands in a circle of any length`() {
        let parts = Parts(called: ["a": ["b"], "b": ["c"], "c": ["d", "a"], "e": ["f"], "f": ["e"]])
        #expect(parts.cycles == ["a > b > c > a", "e > f > e"])
        #expect(Parts(called: ["a": ["b", "c"], "b": ["c"]]).cycles == [])
    }
}
