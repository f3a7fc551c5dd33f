import FolderReading
import Inspection
import Printing
import Storage
import Vocabulary

/// The findings of a check of a folder, as three commands print them.
struct VerificationText {
    let node: NodeFolder
    let scope: Verification.Scope

    func answer(to out: Output, progress: Progress) throws {
        let verification = try Verification.run(on: node, scope, progress: progress)
        if out.isJSON { records(verification, to: out) } else { out.text(text(verification)) }
        if !verification.isSound { out.foundBad() }
    }

    private func text(_ verification: Verification) -> String {
        var text = ""
        for finding in verification.findings {
            let place = finding.zxid.map { "\(finding.place) at \($0)" } ?? "\(finding.place)"
            text += "\(finding.severity == .damage ? "DAMAGE" : "note"): \(place): \(finding.text)\n"
        }
        var sheet = FactSheet()
        if scope.contains(.log) { add(verification.log, to: &sheet) }
        for snapshot in verification.snapshots {
            sheet.add(
                "snapshot \(snapshot.zxid)",
                "sound: \(snapshot.znodes.counted("znode")), \(snapshot.sessions.counted("session")), digest "
                    + "\(snapshot.digest)" + (snapshot.isReplayed ? "; the log leads to the same tree" : ""))
        }
        for range in verification.replayed {
            sheet.add(
                "replay",
                "from \(range.base.text) to \(range.last): \(range.replayed.counted("transaction")), "
                    + "\(range.compared.counted("digest")) compared; the last tree's is \(range.digest)")
        }
        sheet.add("verdict", verdict(verification))
        return text + (text.isEmpty ? "" : "\n") + sheet.text
    }

    private func add(_ log: LogCheck, to sheet: inout FactSheet) {
        sheet.add("log", "\(log.rows.counted("row")), \(log.badRows.grouped) of them bad")
        for (index, range) in log.sound.prefix(20).enumerated() {
            sheet.add(
                index == 0 ? "sound" : "", "\(range.first) to \(range.last), \(range.count.counted("row"))")
        }
        if log.sound.count > 20 { sheet.add("", "and \(log.sound.count - 20) more stretches") }
    }

    private func verdict(_ verification: Verification) -> String {
        guard !verification.isSound else { return "sound" }
        guard let first = verification.firstBad else { return "damaged" }
        return "damaged: the first transaction that is missing or cannot be believed is \(first)"
    }

    private func records(_ verification: Verification, to out: Output) {
        for finding in verification.findings { out.record([("finding", finding.json)]) }
        for range in verification.log.sound {
            out.record([
                (
                    "sound",
                    .object([
                        ("first", .text("\(range.first)")), ("last", .text("\(range.last)")),
                        ("rows", .whole(range.count)),
                    ])
                )
            ])
        }
        for snapshot in verification.snapshots {
            out.record([
                (
                    "snapshot",
                    .object([
                        ("zxid", .text("\(snapshot.zxid)")), ("znodes", .whole(snapshot.znodes)),
                        ("sessions", .whole(snapshot.sessions)), ("digest", .text("\(snapshot.digest)")),
                        ("replayed", .flag(snapshot.isReplayed)),
                    ])
                )
            ])
        }
        for range in verification.replayed {
            out.record([
                (
                    "replay",
                    .object([
                        ("from", .text(range.base.text)), ("to", .text("\(range.last)")),
                        ("transactions", .whole(range.replayed)), ("digests", .whole(range.compared)),
                        ("digest", .text("\(range.digest)")),
                    ])
                )
            ])
        }
        out.record([
            ("verdict", .text(verification.isSound ? "sound" : "damaged")),
            ("firstBad", .optional(verification.firstBad.map { "\($0)" })),
            ("rows", .whole(verification.log.rows)), ("badRows", .whole(verification.log.badRows)),
        ])
    }
}

extension Finding {
    var json: JSONValue {
        .object([
            ("severity", .text(severity.rawValue)), ("place", .text("\(place)")),
            ("zxid", .optional(zxid.map { "\($0)" })), ("text", .text(text)),
        ])
    }
}

extension RebuiltTree.Beginning {
    var text: String {
        switch self {
        case .emptyTree: "the empty tree"
        case .snapshot(let zxid): "the snapshot \(zxid)"
        }
    }
}
