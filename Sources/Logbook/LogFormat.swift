internal import Glibc
package import Logging
internal import Printing

/// How a line of the log looks: time, level, facts, who says it, the sentence.
enum LogFormat {
    /// One line with its end, safe for a terminal whatever strangers have in it.
    static func line(
        _ level: Logger.Level, _ message: String, facts: Logger.Metadata = [:], source: String = "Logbook",
        label: String = "aviary"
    ) -> String {
        let facts = facts.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        return ScreenText.safe("\(time()) \(level) \(label):\(facts) [\(source)] \(message)") + "\n"
    }

    /// In the zone of the machine, as its other logs.
    private static func time() -> String {
        var now = Glibc.time(nil)
        var local = tm()
        guard localtime_r(&now, &local) != nil else { return "<unknown>" }
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = buffer.withUnsafeMutableBytes {
            strftime($0.bindMemory(to: CChar.self).baseAddress, $0.count, "%Y-%m-%dT%H:%M:%S%z", &local)
        }
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}

/// Gives the log's lines to a `LogWriter`.
package struct QueuedLogHandler: LogHandler {
    package var logLevel = Logger.Level.info
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let writer: LogWriter

    package init(label: String, writer: LogWriter) {
        self.label = label
        self.writer = writer
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var facts = metadata
        if let provided = metadataProvider?.get() { facts.merge(provided) { _, new in new } }
        if let told = event.metadata { facts.merge(told) { _, new in new } }
        if let error = event.error { facts["error"] = "\(error)" }
        writer.write(
            LogFormat.line(event.level, "\(event.message)", facts: facts, source: event.source, label: label))
    }
}
