import Ensembles

/// Which four-letter words are answered. `srvr` always is: ZooKeeper's own scripts depend on it.
package enum WordList: Equatable, Sendable {
    case all
    case only(Set<String>)

    package func allows(_ word: String) -> Bool {
        switch self {
        case .all: true
        case .only(let words): words.contains(word)
        }
    }
}

extension WordList {
    init(_ entries: Entries, isReadOnlyModeEnabled: Bool) {
        let listed = (entries.text("4lw.commands.whitelist") ?? "").commaSeparated
        if listed.contains("*") {
            self = .all
        } else {
            // Apache adds these two whatever the list says: its own scripts and clients live on them.
            self = .only(Set(listed).union(isReadOnlyModeEnabled ? ["srvr", "isro"] : ["srvr"]))
        }
    }

    /// A word that does not exist allows nothing, and was probably meant to.
    static func warnings(_ entries: Entries) -> [SettingsWarning] {
        let key = "4lw.commands.whitelist"
        let strangers = (entries.text(key) ?? "").commaSeparated.filter { $0 != "*" && !known.contains($0) }
        return strangers.map { word in
            let question = Spelling.nearest(to: word, among: known).map { "; did you mean \($0)?" } ?? ""
            return entries.advice(key, "allows \(word), which is no four-letter word\(question)")
        }
    }

    private static let known = [
        "conf", "cons", "crst", "dirs", "dump", "envi", "gtmk", "hash", "isro", "mntr", "ruok", "srst",
        "srvr",
        "stat", "stmk", "wchc", "wchp", "wchs",
    ]
}
