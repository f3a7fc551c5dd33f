import SeededRandom
import Testing
import Vocabulary
import Znodes

/// A node store beside the dictionary that says what must be in it.
struct StoreModel: ~Copyable {
    var store = ZnodeStore(seed: 7)
    /// Data by path; the root is there from the start.
    private(set) var expected: [ZnodePath: [UInt8]?] = [.root: .some([])]
    private var children: [ZnodePath: Set<ZnodePath>] = [:]
    private var paths: [ZnodePath] = [.root]

    mutating func insert(_ name: [UInt8], under parentPath: ZnodePath, data: [UInt8]?) throws {
        let path = parentPath.appending(name)
        guard expected[path] == nil else { return }
        let parent = try id(of: parentPath)
        let bytes = data ?? []
        _ = store.insert(
            path.bytes.span.bytes, under: parent, data: bytes.span.bytes, isNull: data == nil,
            stat: StoredStat(),
            acl: .open)
        expected[path] = .some(data)
        children[parentPath, default: []].insert(path)
        paths.append(path)
    }

    mutating func remove(_ path: ZnodePath) throws {
        guard path != .root, expected[path] != nil, children[path]?.isEmpty != false else { return }
        store.remove(try id(of: path))
        expected[path] = nil
        children[path] = nil
        children[path.parent ?? .root]?.remove(path)
        paths.removeAll { $0 == path }
    }

    mutating func setData(_ data: [UInt8]?, of path: ZnodePath) throws {
        let id = try id(of: path)
        let bytes = data ?? []
        store.setData(bytes.span.bytes, isNull: data == nil, of: id, at: path)
        expected[path] = .some(data)
    }

    mutating func doSomething(using generator: inout SeededGenerator) throws {
        let path = paths[Int.random(in: 0..<paths.count, using: &generator)]
        let length = generator.isOneIn(8) ? 0 : Int.random(in: 0...40, using: &generator)
        let data =
            generator.isOneIn(8)
            ? nil : [UInt8](repeating: UInt8.random(in: 0...255, using: &generator), count: length)
        switch Int.random(in: 0..<10, using: &generator) {
        case 0...4:
            let name = Array("n\(Int.random(in: 0..<200, using: &generator))".utf8)
            try insert(name, under: path, data: data)
        case 5...7: try remove(path)
        default: try setData(data, of: path)
        }
    }

    private func id(of path: ZnodePath) throws -> ZnodeID {
        let found = store.find(path)
        return try #require(found, "\(path) is lost")
    }

    func check() throws {
        #expect(store.count == expected.count)
        var bytes = 0
        for (path, data) in expected {
            let id = try id(of: path)
            #expect(store.path(of: id) == path)
            #expect(store.dataBytes(of: id) == data)
            #expect(store.hasNullData(id) == (data == nil))
            #expect(store.childCount(of: id) == children[path]?.count ?? 0)
            var found: Set<ZnodePath> = []
            store.forEachChild(of: id) { found.insert(store.path(of: $0)) }
            #expect(found == children[path] ?? [])
            bytes += (path == .root ? 0 : path.bytes.count) + (data?.count ?? 0)
        }
        #expect(store.dataSize == bytes)
    }
}
