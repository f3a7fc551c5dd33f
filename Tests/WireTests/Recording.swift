import Foundation
import Vocabulary

/// One line of a file of recorded bytes under `Golden`.
struct RecordedLine: Sendable, CustomStringConvertible {
    enum Direction: String {
        case request = "c2s"
        case reply = "s2c"
        case transaction = "txn"
        /// Between servers: on the election port, to a leader, from a leader.
        case election, learner, leader
    }

    let file: String
    let line: Int
    let direction: Direction
    let name: String
    let bytes: [UInt8]

    var description: String { "\(file):\(line) \(direction.rawValue) \(name)" }

    /// A frame without its length.
    var body: [UInt8] { Array(bytes.dropFirst(4)) }

    private static let everything: [RecordedLine] = files.flatMap(lines)
    private static let servers: Set<Direction> = [.election, .learner, .leader]

    /// Frames of clients, and transactions.
    static let all = everything.filter { !servers.contains($0.direction) }
    static let betweenServers = everything.filter { servers.contains($0.direction) }
    static let requests = all.filter { $0.direction == .request }
    static let replies = all.filter { $0.direction == .reply }
    static let transactions = all.filter { $0.direction == .transaction }

    /// The first reply with `xid` behind this line of the same recording.
    func reply(xid: Int32) -> RecordedLine? {
        let bigEndian = withUnsafeBytes(of: xid.bigEndian) { Array($0) }
        return RecordedLine.replies.first {
            $0.file == file && $0.line > line && Array($0.body.prefix(4)) == bigEndian
        }
    }

    private static var files: [URL] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
        let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return (files ?? []).filter { $0.pathExtension == "hex" }.sorted { $0.path < $1.path }
    }

    private static func lines(of file: URL) -> [RecordedLine] {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").enumerated().compactMap { index, line in
            let words = line.split(separator: " ")
            guard words.count == 3, let direction = Direction(rawValue: String(words[0])) else { return nil }
            return RecordedLine(
                file: file.lastPathComponent, line: index + 1, direction: direction,
                name: String(words[1]), bytes: hex(words[2]))
        }
    }
}
