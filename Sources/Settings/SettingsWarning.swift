import Ensembles

/// Something in the configuration that does not stop the node but that its operator should hear of.
package struct SettingsWarning: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// No server knows the key; `suggestion` is the known key that was probably meant.
        case unknownKey(suggestion: String?)
        /// ZooKeeper knows the key; this server works in a way that leaves it nothing to set.
        case noEffect
        /// ZooKeeper knows the key; this version does not do it.
        case notYet
        /// Legal, and probably not wanted.
        case advice
    }

    package let kind: Kind
    package let file: String
    package let line: Int?
    package let key: String
    /// Continues a sentence that begins with the key.
    package let text: String
}

extension SettingsWarning: CustomStringConvertible {
    package var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        return "\(place): \(key) \(text)"
    }
}

extension SettingsWarning {
    /// Warnings about the keys alone, in the file's order.
    static func all(about properties: [Property], in file: String) -> [SettingsWarning] {
        properties.compactMap { property in
            func warning(_ kind: Kind, _ text: String) -> SettingsWarning {
                SettingsWarning(kind: kind, file: file, line: property.line, key: property.key, text: text)
            }
            let key = Entries.plain(property.key)
            guard !KnownKeys.isSoAnyway(key, property.value) else { return nil }
            switch KnownKeys.support(of: key) {
            case .honored: return nil
            case .noEffect(let reason): return warning(.noEffect, "has no effect: \(reason)")
            case .notYet(let feature):
                return warning(.notYet, "has no effect: \(feature) is not in this version yet")
            case nil:
                let suggestion = KnownKeys.suggestion(for: key)
                let question = suggestion.map { "; did you mean \($0)?" } ?? ""
                return warning(
                    .unknownKey(suggestion: suggestion), "is not a known key and is ignored\(question)")
            }
        }
    }
}

extension Entries {
    func advice(_ key: String, _ text: String) -> SettingsWarning {
        SettingsWarning(kind: .advice, file: file, line: self[key]?.line, key: key, text: text)
    }
}
