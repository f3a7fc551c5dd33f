import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `Watches` {
    private static let types: [WayToWatch: Int32] = [
        .children: 1, .data: 2, .persistent: 4, .recursive: 5,
    ]

    @Test(arguments: WayToWatch.allCases, [1, 2, 3, 4, 5] as [Int32])
    func `are found and removed by their type`(way: WayToWatch, type: Int32) throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/a")
        try way.set(by: client)
        let code: ErrorCode = type == 3 || type == Self.types[way] ? .ok : .noWatcher
        #expect(try client.ask(.checkWatches, watches: type, on: "/a").error == code)
        #expect(try client.ask(.removeWatches, watches: type, on: "/a").error == code)
        #expect(node.replica.watches.isEmpty == (code == .ok))
    }

    @Test(arguments: [1, 2, 4, 5] as [Int32])
    func `of one type go, and the others stay`(type: Int32) throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/a")
        for way in WayToWatch.allCases { try way.set(by: client) }
        #expect(try client.ask(.removeWatches, watches: type, on: "/a").error == .ok)
        for (way, other) in Self.types {
            let code: ErrorCode = other == type ? .noWatcher : .ok
            #expect(try client.ask(.checkWatches, watches: other, on: "/a").error == code, "\(way)")
        }
    }

    @Test func `of any type go all together`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/a")
        for way in WayToWatch.allCases { try way.set(by: client) }
        #expect(try client.ask(.removeWatches, watches: 3, on: "/a").error == .ok)
        #expect(node.replica.watches.isEmpty)
        #expect(try client.ask(.removeWatches, watches: 3, on: "/a").error == .noWatcher)
    }

    @Test func `that are removed tell nothing, neither then nor later`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.addWatch("/a")
        _ = try client.ask(.removeWatches, watches: 4, on: "/a")
        _ = try node.connect().create("/a")
        #expect(client.events().isEmpty)
    }

    @Test func `of others are neither found nor removed`() throws {
        let node = TestNode()
        _ = try node.connect().addWatch("/a")
        let client = try node.connect()
        #expect(try client.ask(.checkWatches, watches: 3, on: "/a").error == .noWatcher)
        #expect(try client.ask(.removeWatches, watches: 3, on: "/a").error == .noWatcher)
        #expect(!node.replica.watches.isEmpty)
    }

    @Test(arguments: [0, 6, -1] as [Int32])
    func `have no other types`(type: Int32) throws {
        let client = try TestNode().connect()
        #expect(try client.ask(.checkWatches, watches: type, on: "/a").error == .marshallingError)
        #expect(try client.ask(.removeWatches, watches: type, on: "/a").error == .marshallingError)
    }

    @Test func `are added with a body of zero, on any path, and in two modes only`() throws {
        let client = try TestNode().connect()
        let reply = try client.addWatch("no path")
        #expect(reply.error == .ok)
        #expect(try reply.number == 0)
        let odd = try client.ask(.addWatch) { AddWatchRequest(path: "/a", mode: 2).encode(into: &$0) }
        #expect(odd.error == .marshallingError)
    }

    @Test func `are counted by table, as operators see them`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/a")
        for way in WayToWatch.allCases { try way.set(by: client) }
        let before = node.replica.watches.list
        #expect(before.dataPaths(of: client.id) == ["/a"])
        _ = try client.addWatch("/b", recursive: true)
        #expect(node.replica.watches.list.dataPaths(of: client.id).sorted() == ["/a", "/b"])
        #expect(before.dataPaths(of: client.id) == ["/a"], "a list is of its moment")
        node.step(.closed(client.id))
        #expect(node.replica.watches.list.dataPaths(of: client.id) == [])
    }
}
