internal import Printing
internal import Storage
internal import Vocabulary

/// What is written beside a folder that another one took the place of.
enum ExchangeText {
    static func truncation(of path: String, after zxid: Zxid, end: Zxid, mark: Acknowledged) -> String {
        var text = """
            \(path) was truncated with aviary-admin: every transaction after \(zxid) was taken away.

            The log ended at \(end); this node had acknowledged up to \(mark.chain.zxid), and knew
            everything up to \(mark.committed) to be committed.

            """
        if mark.chain.zxid > zxid { text += "\n" + acknowledgedAndGone(mark.chain.zxid, after: zxid) }
        return text + "\n" + undoing(path)
    }

    static func repair(of path: String, _ survey: FolderSurvey) -> String {
        var text = "\(path) was repaired with aviary-admin. What was wrong:\n\n"
        for finding in survey.verification.findings.prefix(100) where finding.severity == .damage {
            let place = finding.zxid.map { "\(finding.place) at \($0)" } ?? "\(finding.place)"
            text += "- \(place): \(finding.text)\n"
        }
        text += "\nWhat was done:\n\n\(remedy(survey))\n"
        return text + "\n" + undoing(path)
    }

    private static func remedy(_ survey: FolderSurvey) -> String {
        switch survey.remedy {
        case .nothing, .hopeless: return "Nothing."
        case .rewrite:
            let end = survey.last ?? .zero
            let gone =
                survey.acknowledged.map { $0 > end ? "\n\n" + acknowledgedAndGone($0, after: end) : "" }
                ?? "\n\nHow far this node had acknowledged is not known: its log may have been longer. "
                + "As a member of an ensemble, start it only while the other voters are up."
            return "All rows up to \(end) are kept; the numbers and the mark beside them were written anew, "
                + "and snapshots that are damaged are left out." + gone
        case .beginAt(let link):
            return "The log begins after \(link.zxid) now, where a sound snapshot stands behind the damage; "
                + "all rows after it are kept. The tree at the log's end is what it was; what was before "
                + "\(link.zxid) can no longer be asked here."
        case .endAt(let end, _):
            return "The log ends at \(end) now, before the damage."
                + (survey.acknowledged.map { $0 > end ? "\n\n" + acknowledgedAndGone($0, after: end) : "" }
                    ?? "")
        case .snapshotAlone(let zxid):
            return "Only the tree of the snapshot \(zxid) is kept; no transaction after it could be."
                + (survey.acknowledged.map { $0 > zxid ? "\n\n" + acknowledgedAndGone($0, after: zxid) : "" }
                    ?? "")
        }
    }

    private static func acknowledgedAndGone(_ acknowledged: Zxid, after zxid: Zxid) -> String {
        """
        ATTENTION: this node had acknowledged transactions up to \(acknowledged) and no longer has those after
        \(zxid). A node that is alone has lost them. As a member of an ensemble it must not vote before it has
        them again: better let it begin with an empty folder while all other voters are up, so that it copies
        everything from its leader.

        """
    }

    private static func undoing(_ path: String) -> String {
        """
        The folder as it was stands beside this text, untouched. To go back, stop the node, move \(path) away
        and give that folder its name again.

        """
    }
}
