import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

/// One way to watch `/a`, named as in client protocol 6.3.
enum WayToWatch: CaseIterable, Sendable {
    case data
    case children
    case persistent
    case recursive

    func set(by client: TestClient) throws {
        switch self {
        case .data: _ = try client.exists("/a", watch: true)
        case .children: _ = try client.getChildren("/a", watch: true)
        case .persistent: _ = try client.addWatch("/a")
        case .recursive: _ = try client.addWatch("/a", recursive: true)
        }
    }
}

/// A change around `/a`, made by somebody else.
enum ChangeNearby: CaseIterable, Sendable {
    case set
    case deleted
    case childCreated
    case childSet
    case childDeleted
    case grandchildCreated
    case accessChanged

    /// What must be there besides `/a`.
    var before: [ZnodePath] {
        switch self {
        case .set, .deleted, .childCreated, .accessChanged: []
        case .childSet, .childDeleted, .grandchildCreated: ["/a/b"]
        }
    }

    func make(by client: TestClient) throws {
        switch self {
        case .set: _ = try client.setData("/a", [1])
        case .deleted: _ = try client.delete("/a")
        case .childCreated: _ = try client.create("/a/b")
        case .childSet: _ = try client.setData("/a/b", [1])
        case .childDeleted: _ = try client.delete("/a/b")
        case .grandchildCreated: _ = try client.create("/a/b/c")
        case .accessChanged: _ = try client.setACL("/a", .open)
        }
    }

    /// What a watcher of `/a` is told (client protocol 6.3).
    func told(to way: WayToWatch) -> [String] {
        switch (self, way) {
        case (.accessChanged, _): []
        case (.set, .data), (.set, .persistent), (.set, .recursive): ["dataChanged /a"]
        case (.deleted, _): ["deleted /a"]
        case (.childCreated, .children), (.childCreated, .persistent): ["childrenChanged /a"]
        case (.childDeleted, .children), (.childDeleted, .persistent): ["childrenChanged /a"]
        case (.childCreated, .recursive): ["created /a/b"]
        case (.childSet, .recursive): ["dataChanged /a/b"]
        case (.childDeleted, .recursive): ["deleted /a/b"]
        case (.grandchildCreated, .recursive): ["created /a/b/c"]
        default: []
        }
    }
}

@Suite struct `A watch` {
    @Test(arguments: WayToWatch.allCases, ChangeNearby.allCases)
    func `tells what it watches, and nothing else`(way: WayToWatch, change: ChangeNearby) throws {
        let node = TestNode()
        let other = try node.connect()
        for path in ["/a"] + change.before { _ = try other.create(path) }
        let client = try node.connect()
        try way.set(by: client)
        try change.make(by: other)
        #expect(client.events() == change.told(to: way))
    }

    @Test(arguments: [WayToWatch.data, .persistent, .recursive])
    func `tells that its znode comes to be`(way: WayToWatch) throws {
        let node = TestNode()
        let client = try node.connect()
        try way.set(by: client)
        _ = try node.connect().create("/a")
        #expect(client.events() == ["created /a"])
    }

    @Test(arguments: WayToWatch.allCases)
    func `fires once, or until it is removed`(way: WayToWatch) throws {
        let node = TestNode()
        let client = try node.connect()
        let other = try node.connect()
        _ = try other.create("/a")
        try way.set(by: client)
        for _ in 0..<2 {
            _ = try other.setData("/a", [1])
            _ = try other.create("/a/b")
            _ = try other.delete("/a/b")
        }
        let counts: [WayToWatch: Int] = [.data: 1, .children: 1, .persistent: 6, .recursive: 6]
        #expect(client.events().count == counts[way])
    }

    @Test func `set twice is set once`() throws {
        let node = TestNode()
        let client = try node.connect()
        for way in WayToWatch.allCases.filter({ $0 != .children })
            + WayToWatch.allCases.filter({ $0 != .children })
        {
            try way.set(by: client)
        }
        _ = try node.connect().create("/a")
        #expect(client.events() == ["created /a"])
    }

    @Test func `of every kind on one znode is one event a change`() throws {
        let node = TestNode()
        let client = try node.connect()
        let other = try node.connect()
        _ = try other.create("/a")
        for way in WayToWatch.allCases { try way.set(by: client) }
        _ = try other.setData("/a", [1])
        _ = try other.delete("/a")
        #expect(client.events() == ["dataChanged /a", "deleted /a"])
    }

    @Test func `on data and one on existence are the same one`() throws {
        let node = TestNode()
        let client = try node.connect()
        let other = try node.connect()
        _ = try other.create("/a")
        _ = try client.exists("/a", watch: true)
        _ = try client.getData("/a", watch: true)
        _ = try other.delete("/a")
        _ = try other.create("/a")
        #expect(client.events() == ["deleted /a"])
    }

    @Test func `that lasts goes on when its znode is made again`() throws {
        let node = TestNode()
        let client = try node.connect()
        let other = try node.connect()
        _ = try client.addWatch("/a")
        for _ in 0..<2 {
            _ = try other.create("/a")
            _ = try other.delete("/a")
        }
        #expect(client.events() == ["created /a", "deleted /a", "created /a", "deleted /a"])
    }

    @Test func `at the root hears of everything below`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.addWatch("/", recursive: true)
        let other = try node.connect()
        _ = try other.create("/a")
        _ = try other.create("/a/b")
        _ = try other.setData("/", [1])
        #expect(client.events() == ["created /a", "created /a/b", "dataChanged /"])
    }

    @Test func `ends with its connection`() throws {
        let node = TestNode()
        let client = try node.connect()
        for way in WayToWatch.allCases { try way.set(by: client) }
        node.step(.closed(client.id))
        #expect(node.replica.watches.isEmpty)
        #expect(node.replica.watches.dataCount == 0 && node.replica.watches.childCount == 0)
    }

    @Test func `is left by no read that fails, except of existence`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/hidden", acl: .anyone(may: .write))
        _ = try client.getData("/a", watch: true)
        _ = try client.getChildren("/a", watch: true)
        _ = try client.getData("/hidden", watch: true)
        _ = try client.exists("/hidden", watch: true)
        #expect(node.replica.watches.isEmpty)
        _ = try client.exists("/a", watch: true)
        #expect(node.replica.watches.dataCount == 1)
    }
}
