import Authentication
import NIOCore
import Replica
import TestSupport
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `Proving who one is` {
    @Test(arguments: ["u:p", "nocolon", ""])
    func `works with any digest that is not null`(credentials: String) throws {
        let client = try TestNode().connect()
        let reply = try client.authenticate(credentials)
        #expect(reply.error == .ok && reply.zxid == 0)
        #expect(reply.body.readableBytes == 0)
        #expect(!client.isClosed)
    }

    @Test(
        arguments: [
            ("digest", nil), ("world", "anyone"), ("sasl", "x"), ("x509", "x"), ("auth", ""), (nil, "x"),
        ] as [(ByteString?, String?)])
    func `fails with an answer before the end`(scheme: ByteString?, credentials: String?) throws {
        let node = TestNode()
        let client = try node.connect()
        let reply = try client.authenticate(credentials, scheme: scheme)
        #expect(reply.error == .authFailed)
        #expect(client.isClosed)
        #expect(node.replica.statistics.authFailures == 1)
    }

    @Test(arguments: [-4, 1, 500] as [Int32])
    func `is answered under its own number, in its turn`(xid: Int32) throws {
        let node = TestNode()
        let client = try node.connect()
        node.isDiskFast = false
        let write = client.send(.create) {
            CreateRequest(path: "/a", data: [], acl: .open, flags: 0).encode(into: &$0)
        }
        client.send(.auth, xid: xid) { AuthPacket(scheme: "digest", auth: [1]).encode(into: &$0) }
        #expect(client.replies().isEmpty)
        node.sync()
        #expect(client.replies().map(\.xid) == [write, xid])
    }

    @Test func `twice is known once`() throws {
        let client = try TestNode().connect()
        for _ in 0..<2 { _ = try client.authenticate("u:p") }
        let clients = try client.ask(.whoAmI).decoded(WhoAmIResponse.init(decoding:)).clients
        #expect(clients.map(\.scheme) == ["ip", "digest"])
    }

    @Test(arguments: [(1_100, 1), (200, 1_000)])
    func `too often or at too great a length fails`(times: Int, length: Int) throws {
        let node = TestNode()
        let client = try node.connect()
        let name = String(repeating: "u", count: length)
        var replies: [ErrorCode?] = []
        for number in 0..<times where !client.isClosed {
            replies.append(try client.authenticate("\(name)\(number):p").error)
        }
        #expect(replies.dropLast().allSatisfy { $0 == .ok })
        #expect(replies.last == .authFailed && replies.count < times)
        #expect(replies.count >= min(times - 200, 110), "what clients have in practice is taken")
        #expect(client.isClosed)
        #expect(node.replica.statistics.authFailures == 1)
    }

    @Test func `as a super user opens everything`() throws {
        let node = TestNode {
            $0.authenticator.superDigest = DigestScheme.identity(of: "super:any", by: .sha1)
        }
        let client = try node.connect()
        _ = try client.create("/closed", [1], acl: .anyone(may: []))
        #expect(try client.getData("/closed").error == .noAuth)
        _ = try client.authenticate("super:any")
        #expect(try client.getData("/closed").data == [1])
        #expect(try client.setData("/zookeeper/config", []).error == .ok)
        let clients = try client.ask(.whoAmI).decoded(WhoAmIResponse.init(decoding:)).clients
        #expect(clients.contains(ClientInfo(scheme: "super", user: "")))
    }

    @Test func `may be demanded before anything else`() throws {
        let node = TestNode { $0.authenticator.requiredSchemes = ["digest"] }
        let stranger = try node.connect()
        stranger.send(.ping)
        #expect(stranger.replies().map(\.error) == [.sessionClosedRequireAuth])
        #expect(stranger.isClosed)
        let known = try node.connect()
        _ = try known.authenticate("u:p")
        #expect(try known.exists("/").error == .ok)
    }

    @Test func `by SASL is declined with a null token`() throws {
        let client = try TestNode().connect()
        let reply = try client.ask(.sasl) { SASLToken(bytes: []).encode(into: &$0) }
        #expect(reply.error == .ok && reply.zxid == 0)
        #expect(try reply.decoded(SASLToken.init(decoding:)).bytes == nil)
        #expect(!client.isClosed)
    }

    @Test func `by a null SASL token ends the connection`() throws {
        let client = try TestNode().connect()
        client.send(.sasl) { SASLToken(bytes: nil).encode(into: &$0) }
        #expect(client.replies().isEmpty)
        #expect(client.isClosed)
    }
}

@Suite struct `An ACL` {
    private let hashOfUser = DigestScheme.identity(of: "u:p", by: .sha1)

    @Test func `is given back in order, with auth resolved and duplicates gone`() throws {
        let client = try TestNode().connect()
        _ = try client.authenticate("u:p")
        let world = RequestedACLEntry(permissions: .read, scheme: "world", id: "anyone")
        _ = try client.create("/a", acl: [world] + .creator + [world])
        #expect(
            try client.ask(.getACL, about: "/a").acl == [
                ACLEntry(permissions: .read, identity: .anyone),
                ACLEntry(permissions: .all, identity: Identity(scheme: "digest", id: hashOfUser)),
            ])
    }

    @Test func `hides hashes from whoever may not administer`() throws {
        let node = TestNode()
        let owner = try node.connect()
        _ = try owner.authenticate("u:p")
        _ = try owner.create("/a", acl: .creator + .anyone(may: .read))
        let stranger = try node.connect()
        #expect(try stranger.ask(.getACL, about: "/a").acl.first?.identity.id == "u:x")
        #expect(try owner.ask(.getACL, about: "/a").acl.first?.identity.id == hashOfUser)
    }

    @Test func `is read by whoever may read or administer`() throws {
        let client = try TestNode().connect()
        for (path, may, code) in [
            ("/r", .read, .ok), ("/a", .admin, .ok), ("/w", [.write, .create, .delete], .noAuth),
        ] as [(ZnodePath, Permissions, ErrorCode)] {
            _ = try client.create(path, acl: .anyone(may: may))
            #expect(try client.ask(.getACL, about: path).error == code)
        }
    }

    @Test func `is not inherited`() throws {
        let client = try TestNode().connect()
        _ = try client.create("/a", acl: .anyone(may: [.create, .read]))
        _ = try client.create("/a/b", [5])
        _ = try client.setACL("/a", .anyone(may: []))
        #expect(try client.getData("/a/b").data == [5])
    }

    @Test func `needs somebody behind auth`() throws {
        #expect(try TestNode().connect().create("/a", acl: .creator).error == .invalidACL)
    }

    @Test func `by address lets that address in`() throws {
        let node = TestNode()
        let acl = [RequestedACLEntry(permissions: .all, scheme: "ip", id: "10.0.0.0/8")]
        _ = try node.connect().create("/a", [1], acl: acl)
        let inside = node.open(from: "10.9.8.7")
        try inside.connect()
        #expect(try inside.getData("/a").data == [1])
        #expect(try node.connect().getData("/a").error == .noAuth)
    }

    @Test func `is not asked where ACLs are skipped`() throws {
        let node = TestNode { $0.rules.access.isOpen = true }
        let client = try node.connect()
        _ = try client.create("/a", [1], acl: .anyone(may: []))
        #expect(try client.getData("/a").data == [1])
        #expect(try client.setData("/zookeeper/config", []).error == .ok)
    }
}
