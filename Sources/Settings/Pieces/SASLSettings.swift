internal import Authentication

/// Users who may log in by SASL: a section of the file that `java.security.auth.login.config` names.
package struct SASLSettings: Equatable, Sendable {
    /// The file.
    package let path: String
    /// `sasl.serverconfig`.
    package let section: String
    /// Passwords by user.
    package let passwords: [String: Secret]
}

extension SASLSettings {
    private static let key = "java.security.auth.login.config"
    private static let superPassword = "SASLAuthenticationProvider.superPassword"

    /// - Returns: nil where nothing is asked for, or the file has no such section: it may be for clients.
    static func parse(
        _ entries: Entries, reading read: (_ path: String) -> FileContents,
        warnings: inout [SettingsWarning]
    ) throws(SettingsError) -> SASLSettings? {
        let section = entries.word("sasl.serverconfig") ?? "Server"
        guard let named = entries.word(key) else { return nil }
        let path = plainPath(named)
        let file: JAASFile
        switch read(path) {
        case .missing: throw entries.invalid(key, "names a file that is not there", "correct the path")
        case .unreadable(let reason):
            throw entries.error(.unreadable, key, "cannot be read: \(reason)", "check its permissions")
        case .bytes(let bytes):
            do throws(JAASFile.Fault) {
                file = try JAASFile(bytes)
            } catch {
                throw SettingsError(
                    .malformed, file: path, line: error.line, entry: nil, problem: error.problem,
                    remedy: "correct it; JAAS files are read as Java reads them")
            }
        }
        let modules = file.sections[section] ?? []
        guard !modules.isEmpty else {
            warnings.append(entries.advice(key, "has no section \(section): nobody can log in by SASL"))
            return nil
        }
        guard !modules.contains(where: { $0.name.hasSuffix("Krb5LoginModule") }) else {
            throw entries.error(
                .notYet, key, "asks for Kerberos in its section \(section), which this version does not have",
                "name users with passwords there, by org.apache.zookeeper.server.auth.DigestLoginModule")
        }
        guard DigestAlgorithm.md5.isComputed else {
            throw entries.error(
                .conflicting, key,
                "asks for logins by DIGEST-MD5, and this machine's OpenSSL refuses MD5 (FIPS)",
                "remove it, and let clients show certificates")
        }
        let users = passwords(modules, entries)
        guard !users.isEmpty else {
            warnings.append(
                entries.advice(
                    key, "has no user_NAME=… in its section \(section): nobody can log in by SASL"))
            return nil
        }
        return SASLSettings(path: path, section: section, passwords: users)
    }

    /// Each `user_NAME` of a section; the super user's password may stand in `zoo.cfg`.
    private static func passwords(_ modules: [JAASFile.Module], _ entries: Entries) -> [String: Secret] {
        var passwords: [String: Secret] = [:]
        for (key, value) in modules.flatMap(\.options) where key.hasPrefix("user_") {
            passwords[String(key.dropFirst("user_".count))] = Secret(value)
        }
        if passwords["super"] != nil, let password = entries.word(superPassword) {
            passwords["super"] = Secret(password)
        }
        return passwords
    }

    /// A path, or a URL of a file; an `=` before it says in Java that no other file counts.
    private static func plainPath(_ text: String) -> String {
        let path = text.drop { $0 == "=" }
        let scheme = "file:"
        guard path.hasPrefix(scheme) else { return String(path) }
        let rest = path.dropFirst(scheme.count)
        return rest.hasPrefix("//") ? String(rest.dropFirst(2)) : String(rest)
    }
}
