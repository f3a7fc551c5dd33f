import Foundation
import TestSupport

/// Files that one of Apache's servers left, by the beginning of their names.
enum GoldenFiles {
    static let log = bytes("log.1")
    static let snapshot = bytes("snapshot.34")

    static let all: [(name: String, bytes: [UInt8])] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/files.hex")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            return (String(words[1]), hex(words[2]))
        }
    }()

    static func bytes(_ name: String) -> [UInt8] { all.first { $0.name == name }?.bytes ?? [] }

    /// A folder as the server's, with these files in it and no others.
    static func folder(_ files: [(name: String, bytes: [UInt8])]) -> TemporaryFolder {
        let folder = TemporaryFolder("apache-files", isInMemory: true)
        try? FileManager.default.createDirectory(
            atPath: folder.path + "/version-2", withIntermediateDirectories: true)
        for file in files {
            TemporaryFolder.write(file.bytes, to: folder.path + "/version-2/" + file.name)
        }
        return folder
    }

    private static func hex(_ text: Substring) -> [UInt8] {
        let digits = text.utf8.map { $0 < 0x3a ? $0 - 0x30 : $0 - 0x57 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
