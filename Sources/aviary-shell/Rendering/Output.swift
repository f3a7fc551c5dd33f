import ArgumentParser
import Glibc
import NIOCore
import Printing

/// The form of results.
enum OutputFormat: String, ExpressibleByArgument, Sendable {
    case text
    /// One document a result, or an object a line where there are many.
    case json
}

/// Results on standard output, and nothing else there.
struct Output: Sendable {
    let format: OutputFormat

    /// A line of text, or the document that says the same to programs.
    func show(_ text: @autoclosure () -> String, _ json: @autoclosure () -> JSONValue) {
        switch format {
        case .text:
            let text = text()
            if !text.isEmpty { line(ScreenText.safeLines(text)) }
        case .json: line("\(json())")
        }
    }

    /// Data as it is; on a terminal made safe, and with an end of line.
    func show(data: ByteBuffer) {
        if isatty(STDOUT_FILENO) == 1 {
            line(ScreenText.safeLines(String(buffer: data)))
        } else {
            write(Array(buffer: data))
        }
    }

    func prompt(_ text: String) { write(Array(text.utf8)) }

    private func line(_ text: String) { write(Array("\(text)\n".utf8)) }

    private func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // Nobody reads any more: there is nothing to say, and nobody to say it to.
            guard count > 0 else { exit(0) }
            rest = rest.dropFirst(count)
        }
    }

    static func complain(_ text: String) {
        let bytes = Array("\(ScreenText.safeLines(text))\n".utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
