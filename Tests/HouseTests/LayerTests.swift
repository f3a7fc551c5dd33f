import Testing

@Suite struct `The layers` {
    /// What each module may import of the others, as ARCHITECTURE.md draws it.
    static let below: [String: Set<String>] = [
        "Vocabulary": [],
        "Ensembles": ["Vocabulary"],
        "Zab": ["Vocabulary", "Ensembles"],
        "Znodes": ["Vocabulary"],
        "Wire": ["Vocabulary", "Znodes", "Zab"],
        "Authentication": ["Vocabulary", "Znodes", "CCrypto"],
        "Replica": ["Vocabulary", "Ensembles", "Znodes", "Zab", "Wire", "Authentication"],
        "Settings": ["Vocabulary", "Ensembles", "Authentication"],
        "Clocks": [],
        "Storage": ["Vocabulary", "Clocks", "Migrations", "CSQLite", "GatheredWrites"],
        "ApacheFiles": ["Vocabulary", "Znodes", "Wire", "CZlib"],
        "Console": ["Vocabulary", "Ensembles", "Settings", "Printing"],
        "Logbook": ["Printing", "Clocks"],
        "Host": [
            "Vocabulary", "Ensembles", "Znodes", "Zab", "Wire", "Replica", "Storage", "Settings", "Console",
            "Authentication", "Links", "Logbook", "Clocks",
        ],
        "Links": ["Vocabulary", "Zab", "Wire", "Replica", "Logbook", "Security"],
        "Security": ["Settings", "COpenSSL"],
        "Frontend": [
            "Vocabulary", "Replica", "Host", "Settings", "Console", "Links", "Logbook", "Security",
        ],
        "AdminServer": ["Vocabulary", "Ensembles", "Settings", "Console", "Host", "Links"],
        "SeededRandom": [],
        "Simulator": ["Vocabulary", "Znodes", "Zab", "Wire", "Replica", "SeededRandom"],
        "ClientCore": ["Vocabulary", "Wire", "SeededRandom"],
        "Aviary": ["Vocabulary", "Wire", "ClientCore"],
        "Printing": [],
        "FolderReading": ["Vocabulary", "Clocks", "Storage", "CSQLite"],
        "Inspection": [
            "Vocabulary", "Znodes", "Wire", "Storage", "ApacheFiles", "FolderReading", "Printing",
        ],
        "aviary-admin": [
            "Vocabulary", "Clocks", "Znodes", "Settings", "Storage", "ApacheFiles", "FolderReading",
            "Inspection", "Printing",
        ],
        "aviary-sim": ["Simulator", "Storage", "Replica", "Wire", "Znodes", "Vocabulary"],
        "aviary-shell": ["Aviary", "Printing"],
        "aviary-server": [
            "Settings", "Storage", "Host", "Frontend", "Links", "Security", "AdminServer", "Logbook",
        ],
        "aviary-bench": ["Vocabulary", "Clocks", "Printing", "SeededRandom", "CEpoll"],
    ]

    /// What the core may import from outside the house: containers, `ByteBuffer` where bytes are handled,
    /// and the hashes of libcrypto.
    static let outside: [String: Set<String>] = [
        "Vocabulary": [],
        "Ensembles": [],
        "Zab": ["NIOCore", "DequeModule"],
        "Znodes": ["DequeModule"],
        "Wire": ["NIOCore"],
        "Authentication": ["CCrypto"],
        "Replica": ["NIOCore", "DequeModule"],
        "ClientCore": ["NIOCore", "DequeModule"],
    ]

    @Test func `import only what is drawn below them`() {
        let house = Set(Self.below.keys).union([
            "Migrations", "CSQLite", "CCrypto", "COpenSSL", "CZlib", "CEpoll", "GatheredWrites",
        ])
        for file in Repository.current.sources {
            guard let allowed = Self.below[file.module] else {
                Issue.record("\(file.path): its module is not drawn in LayerTests and ARCHITECTURE.md")
                continue
            }
            for module in file.imports where house.contains(module) && !allowed.contains(module) {
                Issue.record(
                    "\(file.path): \(file.module) must not import \(module) (imports point down only)")
            }
        }
    }

    @Test func `keep input, output, clocks and chance out of the core`() {
        for file in Repository.current.sources {
            guard let allowed = Self.outside[file.module] else { continue }
            for module in file.imports where Self.below[module] == nil && !allowed.contains(module) {
                Issue.record("\(file.path): the core must not import \(module)")
            }
        }
    }

    /// `test` and `fuzz` run what lies under Tests; nothing else in tools may need it.
    @Test func `let tests import from tools, and never tools from tests`() {
        let runners = ["tools/test", "tools/fuzz"]
        for file in Repository.current.below("tools")
        where !runners.contains(file.path) && file.name != "README.md" {
            for (number, line) in file.lines.enumerated() where line.contains("Tests") {
                Issue.record("\(file.path):\(number + 1): a tool must not need what lies under Tests")
            }
        }
    }

    /// `Replica` alone is both: the design calls module and machine so, and nobody needs to qualify either.
    @Test func `never name a type after its module`() {
        for file in Repository.current.sources
        where file.types.contains(file.module) && file.module != "Replica" {
            Issue.record("\(file.path): a type is called like its module \(file.module)")
        }
    }
}
