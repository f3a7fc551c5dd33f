import NIOCore
import Testing
import Vocabulary
import Wire

@testable import ClientCore

@Suite struct `A request` {
    @Test func `waits for a connection, and is sent in turn`() {
        var session = HandTurnedSession()
        session.step(.started)
        session.read(1)
        session.write(2)
        #expect(session.effects == [])
        session.connect()
        #expect(session.sent.map(\.xid) == [1, 2])
        session.answer(1)
        #expect(session.resolved == [1: .success(0)])
        session.answer(2, error: ErrorCode.badVersion.rawValue)
        #expect(session.resolved == [2: .success(ErrorCode.badVersion.rawValue)])
    }

    @Test func `that was under way is said again if it reads, in its old place`() {
        var session = HandTurnedSession()
        session.connect()
        session.read(1)
        session.write(2)
        session.ask(3, .delete, .inSession)
        session.read(4)
        session.loseConnection()
        #expect(session.resolved == [2: .failure(RequestFailure(.connectionLoss, wasSent: true))])
        session.read(5)
        session.wait(.seconds(1))
        session.connect()
        let types = [OpCode.getData, .delete, .getData, .getData].map(\.rawValue)
        #expect(session.sent.map(\.type) == types)
    }

    @Test func `that nobody waits for any more costs the others nothing`() {
        var session = HandTurnedSession()
        session.connect()
        session.write(1)
        session.read(2)
        session.step(.withdrawn(RequestID(rawValue: 1)))
        #expect(session.resolved == [1: .failure(RequestFailure(.cancelled, wasSent: true))])
        session.answer(1)
        #expect(session.effects == [])
        session.answer(2)
        #expect(session.resolved == [2: .success(0)])
    }

    @Test func `that was not sent and is withdrawn is never sent`() {
        var session = HandTurnedSession()
        session.step(.started)
        session.write(1)
        session.step(.withdrawn(RequestID(rawValue: 1)))
        #expect(session.resolved == [1: .failure(RequestFailure(.cancelled, wasSent: false))])
        session.connect()
        #expect(session.sent.isEmpty)
    }

    @Test func `has a deadline, with a connection and without`() {
        var session = HandTurnedSession()
        session.step(.started)
        session.read(1, deadline: .seconds(1))
        session.read(2, deadline: .seconds(3))
        session.wait(.milliseconds(1500))
        #expect(session.resolved == [1: .failure(RequestFailure(.deadlineExceeded, wasSent: false))])
        session.connect()
        session.wait(.milliseconds(1500))
        #expect(session.resolved == [2: .failure(RequestFailure(.deadlineExceeded, wasSent: true))])
    }

    @Test func `is refused at once when there are too many, or when it is too large`() {
        var session = HandTurnedSession(limits: QueueLimits(requestsMax: 2, frameBytesMax: 20))
        session.step(.started)
        session.read(1)
        session.read(2)
        session.read(3)
        #expect(session.resolved == [3: .failure(RequestFailure(.queueFull, wasSent: false))])
        session = HandTurnedSession(limits: QueueLimits(requestsMax: 2, frameBytesMax: 10))
        session.read(4)
        #expect(session.resolved == [4: .failure(RequestFailure(.frameTooLarge, wasSent: false))])
    }
}

@Suite struct `What a server watches` {
    private func armed() -> HandTurnedSession {
        var session = HandTurnedSession()
        session.connect()
        session.ask(1, .getData, .always, watch: WatchRegistration(.data, at: "/a"))
        session.answer(1, zxid: 9)
        session.ask(2, .exists, .always, watch: WatchRegistration(.exists, at: "/b"))
        session.answer(2, zxid: 9, error: ErrorCode.noNode.rawValue)
        session.ask(3, .getData, .always, watch: WatchRegistration(.data, at: "/c"))
        session.answer(3, zxid: 9, error: ErrorCode.noNode.rawValue)
        return session
    }

    /// What the next connection is asked to watch.
    private func watchedAgain(_ session: inout HandTurnedSession) throws -> SetWatchesRequest? {
        session.loseConnection()
        session.wait(.seconds(1))
        session.connect()
        for case .send(var bytes) in session.effects
        where bytes.getInteger(at: bytes.readerIndex + 4, as: Int32.self) == -8 {
            bytes.moveReaderIndex(forwardBy: 12)
            var reader = JuteReader(bytes.readableBytesSpan)
            return try SetWatchesRequest(decoding: &reader, hasPersistent: false)
        }
        return nil
    }

    @Test func `is watched again after a lost connection`() throws {
        var session = armed()
        let watches = try #require(try watchedAgain(&session))
        #expect(watches.relativeZxid == Zxid(rawValue: 9))
        #expect(watches.data == ["/a"])
        #expect(watches.exist == ["/b"])
        #expect(watches.children == [])
    }

    @Test func `is told of once`() throws {
        var session = armed()
        session.event(3, "/a", zxid: 12)
        #expect(session.effects == [.deliver(.dataChanged, "/a", Zxid(rawValue: 12))])
        let watches = try #require(try watchedAgain(&session))
        // Of the event's transaction there may be more: all since the last answer is asked for.
        #expect(watches.relativeZxid == Zxid(rawValue: 9))
        #expect(watches.data == [])
        #expect(watches.exist == ["/b"])
    }

    @Test func `is forgotten when nobody wants it`() throws {
        var session = armed()
        session.step(.unwatched("/a"))
        #expect(session.sent.map(\.type) == [OpCode.removeWatches.rawValue])
        session.step(.unwatched("/b"))
        #expect(try watchedAgain(&session) == nil)
    }

    @Test func `is split where it is too long for one request`() {
        var ledger = WatchLedger()
        for number in 0..<5000 {
            ledger.arm(
                WatchRegistration(.persistent, at: ZnodePath("/a/rather/long/path/to/number/\(number)")),
                isThere: true)
        }
        let requests = ledger.requests(since: .zero)
        #expect(requests.count == 2)
        #expect(requests.allSatisfy { $0.opcode == .setWatches2 && $0.body.readableBytes < 132 << 10 })
    }
}
