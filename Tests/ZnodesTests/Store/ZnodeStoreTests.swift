import SeededRandom
import Testing
import Vocabulary

@testable import Znodes

@Suite struct `A node store` {
    private static func insert(
        _ name: String, under parent: ZnodeID, in store: inout ZnodeStore, data: [UInt8] = []
    ) -> ZnodeID {
        let path = store.path(of: parent).appending(name.utf8)
        return store.insert(
            path.bytes.span.bytes, under: parent, data: data.span.bytes, stat: StoredStat(), acl: .open)
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func `holds what a dictionary would hold`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var model = StoreModel()
        for step in 1...3000 {
            try model.doSomething(using: &generator)
            if step % 1000 == 0 { try model.check() }
        }
        let left = model.expected.keys.sorted { $0.bytes.count > $1.bytes.count }
        for path in left { try model.remove(path) }
        try model.check()
        #expect(model.store.count == 1)
    }

    @Test func `tells null data from empty data`() throws {
        var model = StoreModel()
        try model.insert(Array("null".utf8), under: .root, data: nil)
        try model.insert(Array("empty".utf8), under: .root, data: [])
        try model.check()
        try model.setData([], of: "/null")
        try model.setData(nil, of: "/empty")
        try model.check()
    }

    @Test func `finds the root by both its names, and nothing that is no path`() {
        var store = ZnodeStore(seed: 3)
        _ = Self.insert("a", under: .root, in: &store)
        for path in ["", "/"] { #expect(store.find(ZnodePath(path)) == .root) }
        for path in ["a", "//", "/a/", "//a", "/a//", "/b", "/a/b"] {
            #expect(store.find(ZnodePath(path)) == nil)
        }
    }

    @Test func `goes a thousand levels deep`() throws {
        var store = ZnodeStore(seed: 3)
        var path = ZnodePath.root
        var id = ZnodeID.root
        for level in 0..<1000 {
            id = Self.insert("level-\(level)", under: id, in: &store)
            path = path.appending(Array("level-\(level)".utf8))
        }
        #expect(store.find(path) == id)
        #expect(store.path(of: id) == path)
        #expect(store.descendantCount(of: .root) == 1000)
        while id != .root {
            let parent = store.parent(of: id)
            store.remove(id)
            id = try #require(parent)
        }
        #expect(store.count == 1 && store.dataSize == 0)
    }

    @Test func `keeps two hundred thousand children apart`() {
        var store = ZnodeStore(seed: 3)
        let parent = Self.insert("p", under: .root, in: &store)
        for index in 0..<200_000 { _ = Self.insert("n\(index)", under: parent, in: &store) }
        #expect(store.childCount(of: parent) == 200_000)
        for index in stride(from: 0, to: 200_000, by: 2) {
            guard let id = store.find(ZnodePath("/p/n\(index)")) else { continue }
            store.remove(id)
        }
        #expect(store.childCount(of: parent) == 100_000)
        #expect(store.find("/p/n100000") == nil)
        #expect(store.find("/p/n100001") != nil)
        #expect(store.descendantCount(of: parent) == 100_000)
    }

    @Test func `uses a removed znode's place again`() {
        var store = ZnodeStore(seed: 3)
        let first = Self.insert("a", under: .root, in: &store, data: [1])
        store.remove(first)
        #expect(store.find("/a") == nil)
        let second = Self.insert("b", under: .root, in: &store)
        #expect(second == first)
        #expect(store.find("/a") == nil && store.find("/b") == second)
        #expect(store.dataBytes(of: second) == [])
        #expect(store.childCount(of: second) == 0)
    }

    @Test func `keeps a name while its data grows and shrinks`() {
        var store = ZnodeStore(seed: 3)
        let id = Self.insert("name", under: .root, in: &store)
        for length in [0, 1, 1_000_000, 7, 0] {
            let data = [UInt8](repeating: 9, count: length)
            store.setData(data.span.bytes, of: id, at: "/name")
            #expect(store.find("/name") == id)
            #expect(store.dataLength(of: id) == length)
            #expect(store.dataSize == 5 + length)
        }
    }

    @Test func `compares names whole, whatever they share`() {
        var store = ZnodeStore(seed: 3)
        let names = [
            "a", "aaaaaaaa", "aaaaaaab", "aaaaaaaaa", "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaab", "\u{e9}",
        ]
        let ids = names.map { Self.insert($0, under: .root, in: &store) }
        #expect(names.map { store.find(ZnodePath("/" + $0)) } == ids)
        #expect(store.find(ZnodePath("/aaaaaaa")) == nil)
        #expect(store.find(ZnodePath("/e\u{301}")) == nil)
    }
}

@Suite struct `The table of ACLs` {
    private static let other: ACL = [ACLEntry(permissions: .read, identity: .anyone)]

    @Test func `keeps a list once, as long as it is used`() {
        var table = ACLTable()
        let first = table.retain(Self.other)
        #expect(table.retain(Self.other) == first)
        #expect(table.count == 2)
        table.release(first)
        #expect(table[first] == Self.other && table.count == 2)
        table.release(first)
        #expect(table.count == 1)
    }

    @Test func `never lets the open list go`() {
        var table = ACLTable()
        for _ in 0..<3 { table.release(.open) }
        #expect(table[.open] == .open)
        #expect(table.retain(.open) == .open)
    }

    @Test func `takes lists apart by their order`() {
        var table = ACLTable()
        let entries = [
            ACLEntry(permissions: .read, identity: .anyone), ACLEntry(permissions: .write, identity: .anyone),
        ]
        #expect(table.retain(entries) != table.retain(entries.reversed()))
    }
}
