import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `A sequence number` {
    @Test func `has ten digits and comes back with the name`() throws {
        let client = try TestNode().connect()
        _ = try client.create("/q")
        #expect(try client.create("/q/entry-", flags: 2).text == "/q/entry-0000000000")
        #expect(try client.create("/q/_c_1-lock-", flags: 3).text == "/q/_c_1-lock-0000000001")
    }

    @Test func `counts every creation of a child, and no deletion`() throws {
        let client = try TestNode().connect()
        _ = try client.create("/p")
        _ = try client.create("/p/plain")
        _ = try client.delete("/p/plain")
        #expect(try client.create("/p/s", flags: 2).text == "/p/s0000000001")
        #expect(try client.exists("/p").stat?.cversion == 3)
    }

    @Test func `is not used up by what fails`() throws {
        let client = try TestNode().connect()
        _ = try client.create("/p")
        #expect(try client.create("/p/x", flags: 9).error == .badArguments)
        #expect(try client.create("/p/s", flags: 2, acl: []).error == .invalidACL)
        let failed = try client.multi(.create("/p/s", flags: 2), .delete("/none"))
        #expect(try failed.multiCodes == [0, -101])
        #expect(try client.create("/p/s", flags: 2).text == "/p/s0000000000")
    }

    @Test func `advances within a multi`() throws {
        let client = try TestNode().connect()
        let reply = try client.multi(
            .create("/p"), .create("/p/s", flags: 2), .create("/p/plain"), .create("/p/s", flags: 2))
        #expect(
            try reply.multiResults == [
                .create(path: "/p"), .create(path: "/p/s0000000000"), .create(path: "/p/plain"),
                .create(path: "/p/s0000000002"),
            ])
    }

    @Test func `may be the whole name, or follow a dot`() throws {
        let client = try TestNode().connect()
        _ = try client.create("/p")
        #expect(try client.create("/p/", flags: 2).text == "/p/0000000000")
        #expect(try client.create("/p/.", flags: 2).text == "/p/.0000000001")
        #expect(try client.create("/p/..", flags: 2).text == "/p/..0000000002")
    }

    /// The log of a node on which `/p` once had so many children that the numbers are about to end.
    private func nearTheEnd() throws -> [Transaction] {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/p")
        let last = try #require(node.logged.last)
        let creation = Creation(
            kind: .create, path: "/p/x", data: [], acl: .open, isEphemeral: false,
            parentCversion: 2_147_483_645)
        return node.logged + [
            Transaction(
                session: client.session, cxid: 9, zxid: last.zxid.next, timeMs: last.timeMs,
                change: .create(creation))
        ]
    }

    private static let lastNumbers = [
        "/p/s2147483645", "/p/s2147483646", "/p/s2147483647", "/p/s-2147483648", "/p/s-2147483647",
        "/p/s-2147483646",
    ]

    @Test(arguments: [true, false])
    func `goes on with the lowest after the highest, in the tree as ahead of it`(isDiskFast: Bool) throws {
        let node = TestNode(replaying: try nearTheEnd())
        let client = try node.connect()
        node.isDiskFast = isDiskFast
        for _ in Self.lastNumbers {
            client.send(.create) {
                CreateRequest(path: "/p/s", data: [], acl: .open, flags: 2).encode(into: &$0)
            }
        }
        node.sync()
        #expect(client.replies().map(\.text) == Self.lastNumbers)
        #expect(node.replica.digestMismatches == 0)
    }

    @Test(arguments: 1...6, [true, false])
    func `goes on behind its end after a restart, from the log or a snapshot`(
        count: Int, hasSnapshot: Bool
    ) throws {
        let node = TestNode(replaying: try nearTheEnd())
        let client = try node.connect()
        for number in Self.lastNumbers.prefix(count) {
            #expect(try client.create("/p/s", flags: 2).text == number)
        }
        let again =
            hasSnapshot ? TestNode(from: node.replica.storedState) : TestNode(replaying: node.logged)
        #expect(again.replica.tree.digest == node.replica.tree.digest)
        #expect(again.replica.digestMismatches == 0)
        let next = Self.lastNumbers.dropFirst(count).first ?? "/p/s-2147483645"
        #expect(try again.connect().create("/p/s", flags: 2).text == next)
        #expect(again.replica.digestMismatches == 0)
    }

    @Test func `goes on after a restart`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/p")
        for _ in 0..<3 { _ = try client.create("/p/s", flags: 2) }
        _ = try client.delete("/p/s0000000002")
        let restarted = try TestNode(replaying: node.logged).connect()
        #expect(try restarted.create("/p/s", flags: 2).text == "/p/s0000000003")
    }
}
