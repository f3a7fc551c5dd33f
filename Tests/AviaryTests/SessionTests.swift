import NIOCore
import Testing
import Vocabulary
import Wire

@testable import ClientCore

@Suite struct `A session` {
    @Test func `begins with a greeting that asks for a new one`() {
        var session = HandTurnedSession()
        session.step(.started)
        #expect(session.dialled == [HostAddress(host: "server1", port: 2181)])
        session.step(.dialled(attempt: session.machine.attempt))
        #expect(session.greeting?.session == SessionID.none)
        #expect(session.greeting?.timeoutMs == 6000)
        session.accept(session: 0x17, timeoutMs: 4000)
        #expect(session.published == [.connected(isReadOnly: false)])
        #expect(session.machine.report.generation == 1)
        #expect(session.machine.report.timeout == .seconds(4))
    }

    @Test func `is taken up again after a lost connection, with all that has been seen`() {
        var session = HandTurnedSession()
        session.connect()
        session.read(1)
        session.answer(1, zxid: 0x55)
        session.loseConnection()
        #expect(session.published == [.suspended(since: .zero, mayExpireAt: .milliseconds(5940))])
        session.wait(.seconds(1))
        session.step(.dialled(attempt: session.machine.attempt))
        #expect(session.greeting?.session == SessionID(rawValue: 0x17))
        #expect(session.greeting?.password == [1, 2, 3])
        #expect(session.greeting?.lastZxidSeen == Zxid(rawValue: 0x55))
        session.accept(session: 0x17, timeoutMs: 6000)
        #expect(session.machine.report.generation == 1)
    }

    @Test func `that is over is followed by a new one, which does not go back in time`() {
        var session = HandTurnedSession()
        session.connect()
        session.read(1)
        session.answer(1, zxid: 0x55)
        session.loseConnection()
        session.wait(.seconds(1))
        session.read(2)
        session.write(3)
        session.step(.dialled(attempt: session.machine.attempt))
        session.accept(session: 0, timeoutMs: 0)
        #expect(session.published == [.expired])
        #expect(session.resolved == [3: .failure(RequestFailure(.sessionExpired, wasSent: false))])
        session.step(.dialled(attempt: session.machine.attempt))
        #expect(session.greeting?.session == SessionID.none)
        #expect(session.greeting?.lastZxidSeen == Zxid(rawValue: 0x55))
        session.accept(session: 0x18, timeoutMs: 6000)
        #expect(session.machine.report.generation == 2)
        #expect(session.sent.map(\.type) == [OpCode.getData.rawValue])
    }

    @Test func `pings when it has nothing to say, and gives up a server that is silent`() {
        var session = HandTurnedSession()
        session.connect()
        session.wait(.seconds(3))
        #expect(session.sent.map(\.xid) == [-2])
        session.answer(-2)
        session.wait(.milliseconds(3900))
        #expect(session.sent.map(\.xid) == [-2, -2] || session.sent.map(\.xid) == [-2])
        #expect(session.published == [])
        session.wait(.milliseconds(200))
        #expect(session.published.count == 1)
        #expect(session.effects.contains(.disconnect))
    }

    @Test func `tries each server at once, and all of them again after a while`() {
        var session = HandTurnedSession(hosts: 3)
        session.step(.started)
        var tried = Set(session.dialled)
        session.loseConnection()
        tried.formUnion(session.dialled)
        session.loseConnection()
        tried.formUnion(session.dialled)
        #expect(tried.count == 3)
        session.loseConnection()
        #expect(session.dialled == [])
        session.wait(.milliseconds(50))
        #expect(session.dialled.count == 1)
    }

    @Test func `passes over a server that does not answer in time`() {
        var session = HandTurnedSession(hosts: 2)
        session.step(.started)
        let first = session.dialled
        session.wait(.seconds(2))
        #expect(session.effects.contains(.disconnect))
        #expect(session.dialled.count == 1)
        #expect(session.dialled != first)
    }

    @Test func `is closed when it is asked to, once all is answered`() {
        var session = HandTurnedSession()
        session.connect()
        session.write(1)
        session.step(.stopping)
        #expect(session.sent.map(\.type) == [OpCode.closeSession.rawValue])
        session.read(2)
        #expect(session.resolved == [2: .failure(RequestFailure(.closed, wasSent: false))])
        session.answer(1)
        #expect(session.resolved == [1: .success(0)])
        session.answer(2)
        #expect(session.published == [.ended(.closed)])
        #expect(session.machine.nextTick == nil)
    }

    @Test func `does not wait for ever to be closed`() {
        var session = HandTurnedSession()
        session.connect()
        session.write(1)
        session.step(.stopping)
        session.wait(.seconds(1))
        #expect(session.published == [.ended(.closed)])
        #expect(session.resolved == [1: .failure(RequestFailure(.closed, wasSent: true))])
    }

    @Test func `ends when a server does not believe who it is`() {
        var session = HandTurnedSession()
        session.machine.credentials = [.init(scheme: "digest", secret: [1])]
        session.connect()
        #expect(session.sent.map(\.type) == [OpCode.auth.rawValue])
        session.write(1)
        session.answer(-4, zxid: 0, error: ErrorCode.authFailed.rawValue)
        #expect(session.published == [.ended(.authenticationFailed)])
        #expect(session.resolved == [1: .failure(RequestFailure(.authenticationFailed, wasSent: true))])
    }

    @Test func `of a read-only server is not taken elsewhere`() {
        var session = HandTurnedSession(readOnly: true)
        session.connect(session: 0x99, readOnly: true)
        #expect(session.published == [.connected(isReadOnly: true)])
        session.loseConnection()
        session.wait(.seconds(1))
        session.step(.dialled(attempt: session.machine.attempt))
        #expect(session.greeting?.session == SessionID.none)
    }

    @Test func `drops a server whose answers are out of order`() {
        var session = HandTurnedSession()
        session.connect()
        session.read(1)
        session.read(2)
        session.answer(2)
        #expect(session.effects.contains(.disconnect))
        #expect(session.resolved.isEmpty)
    }
}
