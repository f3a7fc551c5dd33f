/// Whether a member mends what is damaged in its folder from the others, and how often it looks.
package struct HealingSettings: Equatable, Sendable {
    /// `healing.enabled`: whether a member asks the others for what is damaged in its folder, and answers
    /// them.
    package var isEnabled = true
    /// `healing.scrubIntervalInHours`: how often all that lies still is read again; 0 for never.
    package var scrubHours = 24
}

extension HealingSettings {
    init(_ entries: Entries) throws(SettingsError) {
        isEnabled = try entries.flag("healing.enabled", default: true)
        scrubHours = try entries.integer(
            "healing.scrubIntervalInHours", default: 24, in: 0...8760, "a number of hours")
    }
}
