import Aviary
import FoundationEssentials
import NIOCore
import Printing

extension Stat {
    /// The kind of a znode, as far as its stat tells.
    var kind: String { ephemeralOwner == 0 ? "persistent" : "ephemeral" }

    /// Numbers of 64 bits are text: programs read JSON's numbers as doubles.
    var members: [(name: String, value: JSONValue)] {
        [
            ("kind", .text(kind)), ("owner", ephemeralOwner == 0 ? .null : .text(hex(ephemeralOwner))),
            ("czxid", .text("\(czxid)")), ("mzxid", .text("\(mzxid)")), ("pzxid", .text("\(pzxid)")),
            ("ctime", .text(moment(ctime))), ("ctimeMs", .whole(ctime)), ("mtime", .text(moment(mtime))),
            ("mtimeMs", .whole(mtime)), ("version", .whole(version)), ("cversion", .whole(cversion)),
            ("aversion", .whole(aversion)), ("dataLength", .whole(dataLength)),
            ("numChildren", .whole(numChildren)),
        ]
    }

    /// A line each, for people.
    var lines: String {
        """
        created   \(moment(ctime))  \(czxid)
        modified  \(moment(mtime))  \(mzxid)  version \(version)
        children  \(numChildren)  \(pzxid)  version \(cversion)
        access    version \(aversion)
        kind      \(kind)\(ephemeralOwner == 0 ? "" : " of session \(hex(ephemeralOwner))")
        bytes     \(dataLength)
        """
    }
}

/// A number as ZooKeeper's tools print it.
func hex(_ number: Int64) -> String { "0x" + String(UInt64(bitPattern: number), radix: 16) }

/// Milliseconds since 1970 as ISO 8601 in UTC.
func moment(_ milliseconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
}

/// Data for programs: as text where it is text, as base 64 where it is not.
func json(data: ByteBuffer, isNull: Bool) -> JSONValue {
    if isNull { return .null }
    if let text = String(validating: data.readableBytesView, as: UTF8.self) {
        return .object([("utf8", .text(text))])
    }
    return .object([("base64", .text(Data(data.readableBytesView).base64EncodedString()))])
}

extension AccessEntry {
    /// `scheme:id:cdrwa`, as zkCli writes it.
    init?(_ text: String) {
        guard let first = text.firstIndex(of: ":"), let last = text.lastIndex(of: ":"), first < last
        else { return nil }
        var permissions: Permissions = []
        for letter in text[text.index(after: last)...] {
            guard let place = AccessEntry.letters.firstIndex(where: { $0.letter == letter }) else {
                return nil
            }
            permissions.insert(AccessEntry.letters[place].permission)
        }
        self.init(
            permissions, scheme: String(text[..<first]), id: String(text[text.index(after: first)..<last]))
    }

    /// The letters of its rights.
    var rights: String {
        String(AccessEntry.letters.filter { permissions.contains($0.permission) }.map(\.letter))
    }

    private static let letters: [(letter: Character, permission: Permissions)] = [
        ("c", .create), ("d", .delete), ("r", .read), ("w", .write), ("a", .admin),
    ]
}

/// Entries with commas between.
struct AccessArgument {
    let entries: [AccessEntry]

    init(_ text: String) throws {
        entries = try text.split(separator: ",").map { part in
            guard let entry = AccessEntry(String(part)) else {
                throw ShellFailure("no access entry (scheme:id:cdrwa): \(part)", .wrongUsage)
            }
            return entry
        }
    }
}
