import Ensembles
import Glibc
import Logging
import NIOCore
import NIOEmbedded
import NIOPosix
import Replica
import Settings
import Synchronization
import Testing
import Vocabulary
import Wire
import Zab

@testable import Host

@Suite(.timeLimit(.minutes(1))) struct `The links of an ensemble` {
    /// Server 1 of three, all of them on this machine.
    private static func settings(electionPort: Int = 0, isOpen: Bool = false) throws -> NodeSettings {
        let lines = (1...3).map { "server.\($0)=127.0.0.1:\(20_000 + $0):\(30_000 + $0)" }
        var (settings, _) = try NodeSettings.parse(
            "dataDir=/nowhere\nclientPort=2181\ninitLimit=5\nsyncLimit=2\n" + lines.joined(separator: "\n"),
            file: "zoo.cfg", reading: { _ in .bytes(Array("1".utf8)) })
        settings.ensemble?.configuration.members[0].addresses[0].electionPort = electionPort
        settings.ensemble?.listensOnAllAddresses = isOpen
        return settings
    }

    /// Links on a loop that the test turns, and what they said.
    private final class TurnedLinks {
        let loop = EmbeddedEventLoop()
        let links: EnsembleLinks
        private(set) var events: [String] = []

        init() throws {
            links = try #require(EnsembleLinks(settings(), on: loop, log: .silent))
            links.report(to: { [unowned self] in events.append("\($0)") }, snapshot: { _ in true })
        }
    }

    @Test func `are none for a node that is all there is`() {
        #expect(EnsembleLinks(.standalone(), on: EmbeddedEventLoop(), log: .silent) == nil)
    }

    @Test func `say once that there is no way to a leader, when it was to be dialed`() throws {
        let turned = try TurnedLinks()
        turned.links.perform(.follow(PeerID(rawValue: 9), afterMs: 50))
        turned.loop.advanceTime(by: .milliseconds(49))
        #expect(turned.events == [])
        turned.loop.advanceTime(by: .milliseconds(1))
        #expect(turned.events == ["leaderLinkDown"])
        turned.loop.advanceTime(by: .seconds(10))
        #expect(turned.events.count == 1)
    }

    @Test func `say nothing of a leader that is not followed any more`() throws {
        let turned = try TurnedLinks()
        turned.links.perform(.follow(PeerID(rawValue: 9), afterMs: 50))
        turned.links.perform(.unfollow)
        turned.loop.advanceTime(by: .seconds(1))
        #expect(turned.events == [])
    }

    @Test func `keep nothing for servers that have no link`() throws {
        let turned = try TurnedLinks()
        let link = LinkID(rawValue: 7)
        turned.links.perform(.toLearner(link, QuorumPacket(.ping, zxid: .zero)))
        turned.links.perform(.snapshotPiece(link, ByteBuffer(bytes: [1, 2, 3])))
        turned.links.perform(.toLeader(QuorumPacket(.ping, zxid: .zero)))
        turned.links.perform(.drop(link, "it is not there"))
        turned.links.perform(.seek(PeerID(rawValue: 9)))
        #expect(!turned.links.hasUnsent)
        turned.loop.advanceTime(by: .seconds(1))
        #expect(turned.events == [])
    }

    @Test func `cannot be opened where another program has the port`() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let other = try await ServerBootstrap(group: loop).bind(host: "127.0.0.1", port: 0).get()
        let settings = try Self.settings(electionPort: try #require(other.localAddress?.port))
        let opened = loop.flatSubmit { () -> EventLoopFuture<Void> in
            let links = EnsembleLinks(settings, on: loop, log: .silent)
            let opened = links?.open() ?? loop.makeSucceededVoidFuture()
            let kept = NIOLoopBound(links, eventLoop: loop)
            return opened.always { _ in kept.value?.close() }
        }
        await #expect { try await opened.get() } throws: { ($0 as? IOError)?.errnoCode == EADDRINUSE }
        try await other.close()
    }

    @Test(arguments: [true, false])
    func `warn where other machines can reach the ports`(isOpen: Bool) async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let settings = try Self.settings(isOpen: isOpen)
        let lines = LogLines()
        try await loop.flatSubmit { () -> EventLoopFuture<Void> in
            let links = EnsembleLinks(settings, on: loop, log: lines.log)
            let opened = links?.open() ?? loop.makeSucceededVoidFuture()
            let kept = NIOLoopBound(links, eventLoop: loop)
            return opened.always { _ in kept.value?.close() }
        }.get()
        let warnings = lines.all.filter { $0.contains("other machines can reach the ports") }
        #expect(warnings.count == (isOpen ? 1 : 0))
    }
}

extension Logger {
    fileprivate static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// Lines that were logged.
private final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    var log: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

    private struct Handler: LogHandler {
        let lines: LogLines
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { lines.lines.withLock { $0.append("\(event.message)") } }
    }
}
