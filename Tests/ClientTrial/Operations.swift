import Aviary
import NIOCore

/// Every operation once, with what it must say.
func operations(_ servers: ServerList, _ claims: inout Claims) async throws {
    let client = AviaryClient(servers)
    async let running: Void = client.run()
    let status = try await client.connected(within: .seconds(20))
    claims.check("a session is there", status.isConnected && status.sessionID != 0 && status.generation == 1)

    try await createAndDelete(client, &claims)
    try await dataAndChildren(client, &claims)
    try await several(client, &claims)
    try await access(client, &claims)
    try await watching(client, &claims)
    try await rooted(client, &claims)
    try await cancelled(client, &claims)

    for name in ["a", "c", "seq", "acl", "multi", "watch", "shop", "events"] {
        try await deleteAll(client, "/" + name)
    }
    client.shutDown()
    try await running
    claims.equal("a client that is shut down is closed", client.session.state, .closed)
    await claims.fails("and refuses calls", with: .closed) { _ = try await client.exists("/") }
}

private func bytes(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }

func deleteAll(_ client: AviaryClient, _ path: String) async throws {
    guard try await client.exists(path) != nil else { return }
    for name in try await client.getChildren(path).names { try await deleteAll(client, "\(path)/\(name)") }
    try await client.delete(path)
}

private func createAndDelete(_ client: AviaryClient, _ claims: inout Claims) async throws {
    let created = try await client.create("/a", bytes("one"))
    claims.equal("a znode is created at its path", created.path, "/a")
    claims.equal("with a stat", created.stat?.version, 0)
    await claims.fails("not twice", with: .nodeExists) { try await client.create("/a") }
    await claims.fails("nor without a parent", with: .noNode) { try await client.create("/x/y") }
    await claims.fails("a path that is none is not asked for", with: .badPath) {
        _ = try await client.getData("a//b")
    }
    let ephemeral = try await client.create("/a/e", ByteBuffer(), .ephemeral)
    claims.equal("an ephemeral is this session's", ephemeral.stat?.ephemeralOwner, client.session.sessionID)
    claims.equal("and is listed so", try await client.ephemerals(), ["/a/e"])
    await claims.fails("it has no children", with: .noChildrenForEphemerals) {
        try await client.create("/a/e/x")
    }
    try await client.create("/c", nil, .container)
    claims.check("null data stays null", try await client.getData("/c").isNull)
    try await client.create("/seq")
    let first = try await client.create("/seq/n-", ByteBuffer(), .persistentSequential)
    let second = try await client.create("/seq/", ByteBuffer(), .ephemeralSequential)
    claims.equal(
        "sequential znodes are numbered", [first.path, second.path], ["/seq/n-0000000000", "/seq/0000000001"])
    await claims.fails("what has children stays", with: .notEmpty) { try await client.delete("/seq") }
    await claims.fails("so does another version", with: .badVersion) {
        try await client.delete(first.path, version: .exactly(7))
    }
    try await client.delete(first.path, version: .exactly(0))
    claims.equal("what is deleted is gone", try await client.exists(first.path), nil)
}

private func dataAndChildren(_ client: AviaryClient, _ claims: inout Claims) async throws {
    let znode = try await client.getData("/a")
    claims.equal("data is read", znode.text, "one")
    claims.equal("with its length", znode.stat.dataLength, 3)
    let stat = try await client.setData("/a", bytes("two"), version: .exactly(0))
    claims.equal("data is set", stat.version, 1)
    await claims.fails("not for another version", with: .badVersion) {
        try await client.setData("/a", bytes("three"), version: .exactly(0))
    }
    claims.equal("what was refused is not there", try await client.getData("/a").text, "two")
    let children = try await client.getChildren("/a")
    claims.equal("children are listed", children.names, ["e"])
    claims.equal("with the parent's stat", children.stat.numChildren, 1)
    claims.equal("all below is counted", try await client.descendantCount(of: "/a"), 1)
    let mark = try await client.sync("/a")
    claims.check("a sync is answered", mark >= stat.mzxid)
    claims.check("a proof is a change of its own", try await client.prove() > mark)
    let large = ByteBuffer(repeating: 7, count: 1_000_000)
    try await client.setData("/a", large)
    claims.equal("a megabyte goes and comes", try await client.getData("/a").data, large)
    await claims.fails("more is not sent", with: .frameTooLarge) {
        try await client.setData("/a", ByteBuffer(repeating: 7, count: 1 << 20))
    }
}

private func several(_ client: AviaryClient, _ claims: inout Claims) async throws {
    let results = try await client.multi([
        .create("/multi"), .create("/multi/a", bytes("1"), .ephemeral), .setData("/multi", bytes("x")),
        .check("/multi", .exactly(1)), .delete("/multi/a"),
    ])
    claims.equal("a multi has a result each", results.count, 5)
    if case .changed(let stat) = results[2] { claims.equal("in their order", stat.version, 1) }
    do {
        try await client.multi([.setData("/multi", bytes("y")), .delete("/none"), .delete("/multi")])
        claims.check("one that cannot be done is refused", false)
    } catch {
        claims.equal("one that cannot be done says which", error.operationIndex, 1)
        claims.equal("and why", error.code, .noNode)
    }
    claims.equal("then none is done", try await client.getData("/multi").text, "x")
    claims.equal("an empty one does nothing", try await client.multi([]).count, 0)
}

private func access(_ client: AviaryClient, _ claims: inout Claims) async throws {
    claims.equal(
        "who says nothing is known by address", try await client.whoAmI(),
        [KnownIdentity(scheme: "ip", id: "127.0.0.1")])
    try await client.add(.user("anna", password: "secret"))
    claims.equal("who proves who they are is known", try await client.whoAmI().count, 2)
    try await client.create(
        "/acl", bytes("x"), CreateOptions(.persistent, acl: [.creator(.all), .anyone(.read)]))
    let list = try await client.getACL("/acl")
    claims.equal("an access list has what was asked for", list.entries.map(\.scheme), ["digest", "world"])
    try await client.setACL("/acl", [.creator([.read, .admin, .delete])], version: .exactly(0))
    await claims.fails("it is obeyed", with: .noAuth) { try await client.setData("/acl", bytes("y")) }
    let configuration = ClientConfiguration(credentials: [.user("anna", password: "other")])
    let servers = try ServerList(parsing: client.session.server ?? "")
    try await AviaryClient.with(servers, configuration: configuration) { other in
        await claims.fails("by everybody", with: .noAuth) { _ = try await other.getData("/acl") }
    }
}

private func watching(_ client: AviaryClient, _ claims: inout Claims) async throws {
    var values = try client.values(of: "/watch").makeAsyncIterator()
    claims.equal("a znode that is not there is nil", try await values.next()??.text, nil)
    try await client.create("/watch", bytes("1"))
    claims.equal("its coming is seen", try await values.next()??.text, "1")
    for number in 2...50 { try await client.setData("/watch", bytes("\(number)")) }
    var last = ""
    while last != "50", let value = try await values.next() { last = value?.text ?? "gone" }
    claims.equal("the last value is seen, whatever was before", last, "50")
    var lists = try client.children(of: "/watch").makeAsyncIterator()
    claims.equal("children are none at first", try await lists.next()??.names, [])
    try await client.create("/watch/a")
    claims.equal("and one then", try await lists.next()??.names, ["a"])

    try await client.create("/events")
    let events = try await client.events(at: "/events", .recursive)
    let seen = Task {
        var seen: [WatchEvent] = []
        for await event in events {
            seen.append(event)
            if case .change(.deleted, "/events/last", _) = event { break }
        }
        return seen.map { event in
            if case .change(let change, let path, _) = event { "\(change.rawValue) \(path)" } else { "gap" }
        }
    }
    for name in ["b", "last"] {
        try await client.create("/events/\(name)")
        try await client.delete("/events/\(name)")
    }
    let expected = ["created /events/b", "deleted /events/b", "created /events/last", "deleted /events/last"]
    claims.equal("events come all, and in order", await seen.value, expected)
}

private func rooted(_ client: AviaryClient, _ claims: inout Claims) async throws {
    try await client.create("/shop")
    let shop = try client.rooted(at: "/shop")
    claims.equal("below a root paths are its own", try await shop.create("/config").path, "/config")
    claims.check("and elsewhere they are whole", try await client.exists("/shop/config") != nil)
    claims.equal("the root is /", try await shop.getChildren("/").names, ["config"])
    let results = try await shop.multi([.create("/x"), .delete("/x")])
    claims.equal("in a multi too", results.count, 2)
}

private func cancelled(_ client: AviaryClient, _ claims: inout Claims) async throws {
    let task = Task { try await client.getData("/multi") }
    task.cancel()
    _ = await task.result
    let many = (0..<200).map { _ in Task { try await client.setData("/multi", ByteBuffer(string: "z")) } }
    for (index, task) in many.enumerated() where index.isMultiple(of: 2) { task.cancel() }
    var done = 0
    for task in many { if case .success = await task.result { done += 1 } }
    claims.check("calls that are cancelled do not take others along", done >= 100, "\(done)")
    claims.equal("nor the session", client.session.generation, 1)
}
