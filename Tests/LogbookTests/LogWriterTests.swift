import Foundation
import Logging
import Testing

@testable import Logbook

@Suite struct `The log's queue` {
    @Test func `keeps what has room, counts the rest, and says so where it is missing`() {
        var queue = LogQueue()
        let line = String(repeating: "x", count: 1023) + "\n"
        for _ in 0..<2000 { queue.add(line) }
        #expect(queue.dropped == 2000 - LogQueue.bytesMax / 1024)
        queue.add("short, and after the gap\n")
        let dropped = queue.dropped
        let taken = queue.take { "\($0) are missing\n" }
        #expect(taken.count <= LogQueue.bytesMax + 30)
        #expect(String(decoding: taken.suffix(20), as: UTF8.self).hasSuffix("\(dropped) are missing\n"))
        #expect(queue.isEmpty)
        queue.add("next\n")
        let next = queue.take { _ in "" }
        #expect(next == Array("next\n".utf8))
    }
}

/// Pipes in the place of standard error.
@Suite(.timeLimit(.minutes(1))) struct `The log` {
    private let pipe = Pipe()

    @Test func `keeps nobody waiting when it is not read, and says what was dropped`() throws {
        let writer = LogWriter(to: pipe.fileHandleForWriting.fileDescriptor)
        let log = Logger(label: "t") { QueuedLogHandler(label: $0, writer: writer) }
        let lines = 40_000  // some 3 MiB, into a pipe of 64 KiB that nobody reads
        for number in 0..<lines { log.info("line \(number) with something to say") }
        writer.flush(withinMs: 20)
        // Everybody has spoken; only now somebody reads.
        let reading = pipe.fileHandleForReading
        var text = ""
        while !text.contains("dropped here") {
            text += String(decoding: reading.availableData, as: UTF8.self)
        }
        let read = text.split(separator: "\n")
        let said = read.count { $0.contains("with something to say") }
        let dropped = try #require(read.last.flatMap { $0.firstMatch(of: /\] (\d+) lines of the log/) })
        #expect(said + (Int(dropped.1) ?? 0) == lines)
        log.info("goes on")
        writer.flush(withinMs: 10_000)
        #expect(String(decoding: reading.availableData, as: UTF8.self).hasSuffix("goes on\n"))
    }

    @Test func `has everything written when it is flushed`() {
        let writer = LogWriter(to: pipe.fileHandleForWriting.fileDescriptor)
        for number in 0..<100 { writer.write("line \(number)\n") }
        writer.flush(withinMs: 10_000)
        let text = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
        #expect(text == (0..<100).map { "line \($0)\n" }.joined())
    }

    @Test func `is one line of plain text for each thing said`() {
        let line = LogFormat.line(
            .warning, "a name: \u{1b}[2J\n\u{202e}x", facts: ["scheme": "\u{2028}a\u{200b}\u{9b}"])
        #expect(line.hasSuffix(" [Logbook] a name: \\u{1b}[2J\\n\\u{202e}x\n"))
        #expect(line.contains(" aviary: scheme=\\u{2028}a\\u{200b}\\u{9b} ["))
        #expect(line.dropLast().allSatisfy { $0.isASCII && $0 != "\n" })
    }
}
