/// A configuration file as anybody may see it who reaches the port: without the values of passwords and their
/// like.
enum RedactedConfiguration {
    private static let secretWords = ["password", "passwd", "secret", "superdigest"]

    static func text(of file: String) -> String {
        var shown: [Substring] = []
        var line: [Substring] = []
        let parts = file.split(omittingEmptySubsequences: false) { ["\n", "\r", "\r\n"].contains($0) }
        for part in parts {
            line.append(part)
            // An odd number of backslashes at its end joins the next line to this one.
            if part.reversed().prefix(while: { $0 == "\\" }).count % 2 == 1 { continue }
            shown += isSecret(line) ? [key(of: line) + "=***"] : line
            line = []
        }
        return (shown + (isSecret(line) ? ["***"] : line)).joined(separator: "\n")
    }

    /// Escapes may spell a secret's key, too: a line with such is not shown either.
    private static func isSecret(_ line: [Substring]) -> Bool {
        let text = line.map { $0.trimmingPrefix { $0 == " " || $0 == "\t" } }.joined()
        if text.contains("\\u") { return true }
        let plain = text.filter { $0 != "\\" }.lowercased()
        return secretWords.contains { plain.contains($0) }
    }

    private static func key(of line: [Substring]) -> Substring {
        (line.first ?? "").prefix { !"=: \\".contains($0) }
    }
}
