import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Zab
import Znodes

/// Steps are counted, not time: what is done for one must not grow with how many there are.
@Suite struct `Sessions that run out together` {
    @Test(arguments: [10, 3000])
    func `are ended a piece at a time, each with its ephemerals, and all in their tick`(count: Int) throws {
        let node = TestNode()
        let other = try node.connect(timeoutMs: 40_000)
        for index in 0..<count {
            let client = try node.connect(timeoutMs: 4000)
            _ = try client.create(ZnodePath("/e\(index)"), flags: 1)
        }
        node.advance(ms: 8000)
        #expect(node.replica.tree.ephemeralCount == 0)
        #expect(node.replica.sessions.count == 1)
        #expect(node.replica.statistics.staleSessionsExpired == Int64(count))
        #expect(node.mostEndedAtOnce == min(256, Int64(count)))
        #expect(!other.isClosed)
    }

    @Test func `wait for the disk before the next piece is proposed`() throws {
        let node = TestNode { $0.endingsPerStep.sessions = 3 }
        for _ in 0..<10 { _ = try node.connect(timeoutMs: 4000) }
        node.isDiskFast = false
        for _ in 0..<4 { node.advance(ms: 4000) }
        #expect(node.replica.statistics.staleSessionsExpired == 3)
        node.sync()
        #expect(node.replica.statistics.staleSessionsExpired == 10)
        #expect(node.replica.sessions.count == 0)
    }

    @Test func `end fewer at a time where they have many ephemerals`() throws {
        let node = TestNode { $0.endingsPerStep.ephemerals = 5 }
        for session in 0..<6 {
            let client = try node.connect(timeoutMs: 4000)
            for index in 0..<3 { _ = try client.create(ZnodePath("/e\(session)-\(index)"), flags: 1) }
        }
        node.advance(ms: 8000)
        #expect(node.mostEndedAtOnce == 2)
        #expect(node.replica.tree.ephemeralCount == 0)
    }

    @Test(arguments: [10, 10_000])
    func `look at no one else's ephemerals, however many are under way`(count: Int) throws {
        let tree = Tree(seed: 1)
        var overlay = Overlay()
        var zxid = Zxid(epoch: Epoch(rawValue: 1), counter: 0)
        for index in 0..<count {
            zxid = zxid.next
            let create = CreateOperation(
                opcode: .create, path: ZnodePath("/e\(index)"), data: [], acl: .open, flags: 1)
            _ = try overlay.prepare(
                .create(create),
                for: Requester(session: SessionID(rawValue: Int64(index + 1)), identities: []), as: zxid,
                timeMs: 0, over: tree, rules: TreeRules())
        }
        for index in 0..<count {
            zxid = zxid.next
            let session = SessionID(rawValue: Int64(index + 1))
            let (change, _) = overlay.prepareClose(of: session, as: zxid, over: tree)
            #expect(change == .closeSession(paths: [ZnodePath("/e\(index)")]))
        }
        let visited = overlay.visited
        #expect(visited == count)
    }

    @Test(arguments: [10, 10_000])
    func `are looked at once, and a new leader looks at none of them to give them time`(count: Int) {
        var table = SessionTable(tickMs: 2000, server: PeerID(rawValue: 1), wallMs: 0)
        var now = Instant(monotonicMs: 1_000_000, wallMs: 0)
        for _ in 0..<count { table.add(table.makeID(), timeoutMs: 4000, isCommitted: true, at: now) }
        table.forgetLeadership()
        now.monotonicMs += 3000
        table.touchAll(at: now)
        #expect(table.visited == 0)
        now.monotonicMs += 3000
        let none = table.expired(at: now)
        #expect(none == [])
        #expect(table.visited == count)
        now.monotonicMs += 4000
        let ended = table.expired(at: now)
        #expect(ended.count == count)
        #expect(table.visited == count * 2)
    }

    @Test func `that a leader could not end have their time again under the next`() {
        var table = SessionTable(tickMs: 2000, server: PeerID(rawValue: 1), wallMs: 0)
        var now = Instant(monotonicMs: 1_000_000, wallMs: 0)
        let session = table.makeID()
        table.add(session, timeoutMs: 4000, isCommitted: true, at: now)
        now.monotonicMs += 7000
        let first = table.expired(at: now)
        #expect(first == [session])
        table.beginClosing(session)
        for _ in 0..<10 {
            now.monotonicMs += 6000
            let still = table.expired(at: now)
            #expect(still == [])
        }
        table.forgetLeadership()
        table.touchAll(at: now)
        let quiet = table.expired(at: now)
        #expect(quiet == [])
        now.monotonicMs += 3999
        let none = table.expired(at: now)
        #expect(none == [])
        now.monotonicMs += 2001
        let ended = table.expired(at: now)
        #expect(ended == [session])
    }

    @Test func `are forgotten by a learner too, which ends none of them`() throws {
        let node = TestNode.member()
        node.follow(in: 1)
        var zxid = Zxid(epoch: Epoch(rawValue: 1), counter: 0)
        func commit(_ change: Change, session: Int64) {
            zxid = zxid.next
            let transaction = Transaction(
                session: SessionID(rawValue: session), cxid: 0, zxid: zxid, timeMs: 0, change: change)
            var bytes = ByteBuffer()
            transaction.encode(into: &bytes)
            node.hear(.proposal(Entry(zxid, bytes)))
            node.hear(.commit(zxid))
        }
        for session in 1...50 as ClosedRange<Int64> {
            commit(.createSession(timeoutMs: 4000), session: session)
            commit(.closeSession(paths: []), session: session)
        }
        commit(.createSession(timeoutMs: 4000), session: 99)
        let before = node.replica.sessions.visited
        for _ in 0..<3 { node.advance(ms: 2000) }
        #expect(node.replica.sessions.visited == before + 51)
        #expect(node.replica.sessions.count == 1)
        for _ in 0..<3 { node.advance(ms: 2000) }
        #expect(node.replica.sessions.visited <= before + 53)
        #expect(node.replica.sessions.count == 1)
    }
}

extension SessionTable {
    /// All that have run out at `now`.
    fileprivate mutating func expired(at now: Instant) -> [SessionID] {
        var visits = Int.max
        var found: [SessionID] = []
        while let session = takeExpired(at: now, visits: &visits) { found.append(session) }
        return found
    }
}
