internal import Printing
internal import Storage
internal import Vocabulary

/// Words that are written beside a folder that another one took the place of.
package enum ExchangeText {
    /// Advice for where nothing is left that a node could start on, with what makes it safe.
    package static let beginningAnew =
        "of an ensemble's member, while all other voters are up, and only then, move this folder aside and "
        + "let the node copy everything from its leader; of a node on its own, or where no other server has "
        + "the history, `aviary-admin restore` a backup, for all servers the same one"

    /// The purpose of a folder's mark.
    package static let abstention =
        "as a member of an ensemble it does not vote before it has synchronized with a leader"

    static func truncation(
        of path: String, after zxid: Zxid, end: Zxid, mark: Acknowledged, givenUp: GivenUp
    ) -> String {
        var text = """
            \(path) was truncated with aviary-admin: every transaction after \(zxid) was taken away.

            The log ended at \(end); this node had acknowledged up to \(mark.chain.zxid), and knew
            everything up to \(mark.committed) to be committed.

            """
        text += attention(givenUp, path)
        return text + "\n" + undoing(path)
    }

    static func repair(of path: String, _ survey: FolderSurvey) -> String {
        var text = "\(path) was repaired with aviary-admin. What was wrong:\n\n"
        for finding in survey.verification.findings.prefix(100) where finding.severity == .damage {
            let place = finding.zxid.map { "\(finding.place) at \($0)" } ?? "\(finding.place)"
            text += "- \(place): \(finding.text)\n"
        }
        text += "\nWhat was done:\n\n\(remedy(survey))\n"
        return text + attention(survey.givenUp, path) + "\n" + undoing(path)
    }

    private static func remedy(_ survey: FolderSurvey) -> String {
        switch survey.remedy {
        case .nothing, .hopeless: "Nothing."
        case .rewrite:
            "All rows up to \(survey.last ?? .zero) are kept; the numbers and the mark beside them were "
                + "written anew, and snapshots that are damaged are left out."
        case .beginAt(let link):
            "The log begins after \(link.zxid) now, where a sound snapshot stands behind the damage; "
                + "all rows after it are kept. The tree at the log's end is what it was; what was before "
                + "\(link.zxid) can no longer be asked here."
        case .endAt(let end, _): "The log ends at \(end) now, before the damage."
        case .snapshotAlone(let zxid):
            "Only the tree of the snapshot \(zxid) is kept; no transaction after it could be."
        }
    }

    private static func attention(_ givenUp: GivenUp, _ path: String) -> String {
        guard let words = givenUp.words else { return "" }
        return """

            ATTENTION: this gave up \(words).
            A node that is alone has lost that. As a member of an ensemble it must not vote before it has it
            again: so the file must-synchronize is in \(path), and it votes only once it has synchronized
            with a leader that the others elect without it. While all other voters are up, and only then, it
            may begin with an empty folder as well. Only where no other server holds more, because all were
            cut at the same zxid, remove the file from each of them.

            """
    }

    private static func undoing(_ path: String) -> String {
        """
        The folder as it was stands beside this text, untouched. To go back, stop the node, move \(path) away
        and give that folder its name again.

        """
    }
}
