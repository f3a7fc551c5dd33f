import Storage
import TestSupport
import Testing
import Vocabulary
import Znodes

@testable import Inspection

/// What clients may call their znodes, and what they may put into them and into access lists.
@Suite struct `Names that mean harm` {
    private static let names = [
        "\u{202e}gpj", "\u{2028}\u{2029}", "a\u{200b}\u{feff}b", "\u{2066}x\u{2069}", "\u{61c}\u{180e}",
        "\u{1b}[2J", "\u{9b}31m", "line\nend",
    ]

    /// Every znode has a harmful name, data and owner; one is in a multi, one dies with its session.
    private static func story() -> Story {
        let story = Story()
        story.open(Story.ann)
        story.open(Story.bob)
        for name in names {
            let acl = [
                RequestedACLEntry(permissions: .all, scheme: "world", id: "anyone"),
                RequestedACLEntry(permissions: .read, scheme: "ip", id: "127.0.0.1"),
            ]
            story.create("/" + name, "data \(name)", acl: acl)
            story.set("/" + name, "\(name) again")
            story.create("/" + name + "/e" + name, name, by: Story.bob, flags: 1)
        }
        story.write(
            .multi([.setData(path: ZnodePath("/" + names[0]), data: Array(names[2].utf8), version: -1)]))
        story.close(Story.bob)
        return story
    }

    private func commands(_ node: String, _ other: String, _ story: Story) -> [[String]] {
        let path = "/" + Self.names[0]
        return [
            ["tree", node], ["tree", node, "--data", "hex"], ["log", "list", node], ["log", "stat", node],
            ["log", "show", node, "\(story.rows[4].zxid)"], ["why", node, path],
            ["sessions", node, "--ephemerals"], ["status", node], ["verify", node],
            ["compare", node, other], ["diff", node, "--from", "\(story.rows[2].zxid)"],
            ["sql", node, "SELECT * FROM txns"], ["zxid", "\(story.rows[4].zxid)", "--dir", node],
            ["snapshot", "list", node], ["snapshot", "stat", node],
            ["snapshot", "show", node, path],
        ]
    }

    @Test func `reach no screen as they are, from no command`() throws {
        let place = TemporaryFolder("inspection")
        let story = Self.story()
        try story.writeSnapshot(to: place.path + "/beside")
        let node = try story.write(to: place.path + "/node")
        let other = try story.write(to: place.path + "/other")
        for name in TemporaryFolder.names(in: place.path + "/beside") {
            TemporaryFolder.write(
                TemporaryFolder.read(place.path + "/beside/" + name) ?? [], to: node + "/" + name)
        }
        var answered = 0
        for command in commands(node, other, story) {
            for arguments in [command, command + ["--json"]] {
                guard let answer = try? Admin(arguments) else {
                    Issue.record("\(arguments) is not answered")
                    continue
                }
                answered += 1
                let harmful = answer.text.unicodeScalars.filter { $0 != "\n" && !Self.isHarmless($0) }
                #expect(harmful.isEmpty, "\(command): \(harmful.map { String($0.value, radix: 16) })")
                let broken = answer.lines.filter { $0.hasPrefix("end") }
                #expect(broken.isEmpty, "\(command): a name has ended a line")
            }
        }
        #expect(answered == 32)
    }

    @Test func `are whole for programs`() throws {
        let place = TemporaryFolder("inspection")
        let node = try Self.story().write(to: place.path + "/node")
        let text = try Admin(["tree", node, "--json"]).text
        #expect(text.contains(#""path":"/\u202egpj""#))
        #expect(text.contains(#""path":"/\u2028\u2029""#))
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: !scalar.properties.isDefaultIgnorableCodePoint
        }
    }
}
