import Foundation

/// The checkout that these tests stand in, as text.
struct Repository {
    struct File {
        /// From the root of the repository.
        let path: String
        let lines: [String]

        var isSwift: Bool { path.hasSuffix(".swift") }
        var name: String { String(path.split(separator: "/").last ?? "") }
        /// The folder below `Sources`, which is the module.
        var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
    }

    let files: [File]

    static let current = Repository()

    private init() {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let tops = [
            "Package.swift", "README.md", "ARCHITECTURE.md", "DECISIONS.md", "Sources", "Tests", "migrations",
            "tools", ".ci",
        ]
        files = tops.flatMap { Repository.texts(at: root.appendingPathComponent($0), root: root) }
            .sorted { $0.path < $1.path }
    }

    func below(_ folder: String) -> [File] { files.filter { $0.path.hasPrefix(folder + "/") } }
    var sources: [File] { below("Sources").filter(\.isSwift) }
    var swift: [File] { files.filter(\.isSwift) }

    private static func texts(at url: URL, root: URL) -> [File] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else { return [] }
        if isFolder.boolValue {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
            return names.filter { !["__pycache__", ".build"].contains($0) }
                .flatMap { texts(at: url.appendingPathComponent($0), root: root) }
        }
        guard let text = try? String(contentsOf: url, encoding: .utf8) else { return [] }
        let path = String(url.path.dropFirst(root.path.count + 1))
        return [File(path: path, lines: text.components(separatedBy: "\n"))]
    }
}

extension Repository.File {
    /// The modules it imports.
    var imports: [String] {
        lines.compactMap { line in
            let words = line.split(separator: " ")
            guard let index = words.firstIndex(of: "import"), index <= 2, index + 1 < words.count,
                words[..<index].allSatisfy({
                    ["package", "internal", "public", "private", "@testable"].contains($0)
                })
            else { return nil }
            return String(words[index + 1])
        }
    }

    /// Types declared in it.
    var types: [String] {
        let words = ["struct", "enum", "class", "actor", "protocol"]
        return lines.compactMap { line in
            let tokens = line.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "@") }.map(
                String.init)
            guard let index = tokens.firstIndex(where: words.contains), index + 1 < tokens.count,
                !line.contains("//"), tokens[..<index].allSatisfy(Repository.File.isModifier)
            else { return nil }
            return tokens[index + 1]
        }
    }

    private static func isModifier(_ word: String) -> Bool {
        ["package", "public", "internal", "private", "fileprivate", "final", "indirect", "@main"].contains(
            word)
    }
}
