import Foundation
import Host
import Testing

@Suite struct `The environment of a process` {
    @Test func `have the names that ZooKeeper prints, Java's too`() {
        let keys = ProcessEnvironment.environment().map(\.key)
        #expect(
            keys == [
                "host.name", "java.version", "java.vendor", "java.home", "java.class.path",
                "java.library.path", "java.io.tmpdir", "java.compiler", "os.name", "os.arch", "os.version",
                "user.name", "user.home", "user.dir", "os.memory.free", "os.memory.max", "os.memory.total",
            ])
        #expect(ProcessEnvironment.environment().allSatisfy { !$0.value.isEmpty && !$0.value.contains("\n") })
    }

    @Test func `count open files`() throws {
        let before = ProcessEnvironment.openFileDescriptors()
        let files = try (0..<20).map { _ in try #require(FileHandle(forReadingAtPath: "/dev/null")) }
        #expect(ProcessEnvironment.openFileDescriptors() >= before + 10)
        for file in files { try file.close() }
        #expect(before > 2)
        #expect(ProcessEnvironment.maxFileDescriptors() >= before)
    }

    @Test func `sum up a folder and those below it`() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        let below = root.appending(path: "version-2")
        try FileManager.default.createDirectory(at: below, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        try Data(count: 100).write(to: root.appending(path: "myid"))
        try Data(count: 4000).write(to: below.appending(path: "log"))
        #expect(ProcessEnvironment.directoryBytes(root.path) == 4100)
        #expect(ProcessEnvironment.directoryBytes(root.path + "/nothing") == 0)
    }

    @Test func `make paths absolute`() {
        #expect(ProcessEnvironment.absolute("/data") == "/data")
        #expect(ProcessEnvironment.absolute("data") == FileManager.default.currentDirectoryPath + "/data")
    }
}

@Suite struct `The threads of a process` {
    @Test func `are listed with what they do`() {
        let lines = ProcessThreads.lines()
        #expect(!lines.isEmpty && lines.allSatisfy { $0.hasPrefix("thread ") && $0.hasSuffix(" s of CPU") })
        #expect(lines.contains { $0.contains(": runs") }, "this one")
        let first = ProcessInfo.processInfo.processIdentifier
        #expect(lines.contains { $0.hasPrefix("thread \(first) ") })
    }
}
