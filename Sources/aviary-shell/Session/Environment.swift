import ArgumentParser
import Aviary
import Glibc

/// The variables that are read: so that secrets are not on the command line, where everybody sees them.
enum Environment {
    static var servers: String { value("AVIARY_SERVERS") ?? "localhost:2181" }

    /// `scheme:secret`, such as `digest:user:password`, in `AVIARY_AUTH`.
    static func credentials() throws -> [Credential] {
        guard let text = value("AVIARY_AUTH") else { return [] }
        guard let credential = Credential(text) else {
            throw ValidationError("AVIARY_AUTH is scheme:secret, such as digest:user:password.")
        }
        return [credential]
    }

    private static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

extension Credential {
    init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":"), colon > text.startIndex else { return nil }
        self.init(scheme: String(text[..<colon]), secret: Array(text[text.index(after: colon)...].utf8))
    }
}
