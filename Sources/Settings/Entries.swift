import Ensembles

/// The properties of one file by key, the last of duplicates, with the typed questions that settings ask.
///
/// A `zookeeper.` before a key is dropped: Apache takes half of its configuration as Java system properties
/// of that form, and here they are keys like all others.
struct Entries {
    let file: String
    private(set) var byKey: [String: Property] = [:]

    init(_ properties: [Property], file: String) {
        self.file = file
        for property in properties { byKey[Entries.plain(property.key)] = property }
    }

    static func plain(_ key: String) -> String {
        let prefix = "zookeeper."
        return key.hasPrefix(prefix) ? String(key.dropFirst(prefix.count)) : key
    }

    subscript(key: String) -> Property? { byKey[key] }

    /// The value without the blanks around it; nil when the key is absent.
    func text(_ key: String) -> String? {
        byKey[key]?.value.trimmed
    }

    /// As `text`, but nil for an empty value too: where there is nothing, the default holds.
    func word(_ key: String) -> String? {
        guard let text = text(key), !text.isEmpty else { return nil }
        return text
    }

    /// A whole number, decimal or `0x` hexadecimal, within `range`; `default` when the key is absent.
    func integer(
        _ key: String, default standard: Int, in range: ClosedRange<Int> = 0...Int(Int32.max),
        _ meaning: String
    ) throws(SettingsError) -> Int {
        guard let text = text(key) else { return standard }
        guard let number = Entries.number(text) else {
            throw invalid(
                key, "is not a whole number",
                "write \(meaning), such as \(key)=\(max(standard, range.lowerBound))")
        }
        guard range.contains(number) else {
            let bound =
                number < range.lowerBound ? "less than \(range.lowerBound)" : "more than \(range.upperBound)"
            throw invalid(
                key, "is \(bound)", "write \(meaning) from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// As `integer`, for keys whose negative values all mean "not set".
    func optional(_ key: String, _ meaning: String) throws(SettingsError) -> Int? {
        let number = try integer(key, default: -1, in: Entries.anyInteger, meaning)
        return number < 0 ? nil : number
    }

    func port(_ key: String) throws(SettingsError) -> Int? {
        guard byKey[key] != nil else { return nil }
        return try integer(key, default: 2181, in: 0...65_535, "a TCP port")
    }

    func fraction(_ key: String, default standard: Double) throws(SettingsError) -> Double {
        guard let text = text(key) else { return standard }
        guard let number = Double(text), (0...1).contains(number) else {
            throw invalid(key, "is not a number from 0 to 1", "write a share, such as \(key)=\(standard)")
        }
        return number
    }

    /// `true` or `false` in any case, as Apache insists; `yes`, `no` as well for the few keys spelled so.
    func flag(_ key: String, default standard: Bool) throws(SettingsError) -> Bool {
        guard let text = text(key)?.lowercased() else { return standard }
        switch text {
        case "true": return true
        case "false": return false
        case "yes" where Entries.saysYesAndNo.contains(key): return true
        case "no" where Entries.saysYesAndNo.contains(key): return false
        default:
            throw invalid(key, "is neither true nor false", "write \(key)=true or \(key)=false")
        }
    }

    /// The values of all keys that begin with `prefix`, by the rest of the key.
    func family(_ prefix: String) -> [String: String] {
        var family: [String: String] = [:]
        for (key, property) in byKey where key.hasPrefix(prefix) {
            family[String(key.dropFirst(prefix.count))] = property.value.trimmed
        }
        return family
    }

    /// The keys that are `prefix` and a number, in ascending order of it.
    func numbered(_ prefix: String) throws(SettingsError) -> [(key: String, number: Int64)] {
        var found: [(key: String, number: Int64)] = []
        for key in byKey.keys.sorted() where key.hasPrefix(prefix) && !KnownKeys.isExact(key) {
            guard let number = Int64(key.dropFirst(prefix.count)), number >= 0 else {
                throw invalid(key, "does not end in a number", "write \(prefix)1, \(prefix)2 and so on")
            }
            found.append((key, number))
        }
        return found.sorted { $0.number < $1.number }
    }

    func invalid(_ key: String, _ problem: String, _ remedy: String) -> SettingsError {
        error(.invalid, key, problem, remedy)
    }

    /// An error about `key`, with its line and its value as written when it has one.
    func error(_ code: SettingsError.Code, _ key: String, _ problem: String, _ remedy: String)
        -> SettingsError
    {
        let isSecret = key.hasSuffix("assword")
        let entry = byKey[key].map { "\($0.key)=\(isSecret ? "…" : $0.value)" } ?? key
        return SettingsError(
            code, file: file, line: byKey[key]?.line, entry: entry, problem: problem, remedy: remedy)
    }

    /// The range of Java's `int`; for keys whose negative values mean nothing in particular.
    static let anyInteger = Int(Int32.min)...Int(Int32.max)

    static func number(_ text: String) -> Int? {
        if text.lowercased().hasPrefix("0x") { return Int(text.dropFirst(2), radix: 16) }
        return Int(text)
    }

    private static let saysYesAndNo: Set<String> = ["skipACL", "leaderServes", "forceSync"]
}

extension Property {
    /// Reads a whole properties file.
    ///
    /// - Throws: `.malformed`, with the line.
    static func all(in bytes: [UInt8], file: String) throws(SettingsError) -> [Property] {
        do throws(BrokenEscape) {
            return try all(in: bytes)
        } catch {
            throw SettingsError(
                .malformed, file: file, line: error.line,
                problem: "\\u is not followed by four hexadecimal digits",
                remedy: "write \\\\u for a backslash and a u")
        }
    }
}
