package import Vocabulary
package import Znodes

/// Statistics of a tree: what it is made of, and where its weight is.
package struct TreeStatistics: Sendable {
    package struct Subtree: Equatable, Sendable {
        package let path: ZnodePath
        package let znodes: Int
        package let bytes: Int
    }

    package struct Share<Key: Sendable>: Sendable {
        package let key: Key
        package let count: Int
    }

    package private(set) var znodes = 0
    /// Of data, of all znodes.
    package private(set) var dataBytes = 0
    package private(set) var pathBytes = 0
    package private(set) var kinds: [Share<String>] = []
    package private(set) var largestByZnodes: [Subtree] = []
    package private(set) var largestByBytes: [Subtree] = []
    /// By the number of children.
    package private(set) var widest: [Share<ZnodePath>] = []
    /// Znodes by their own data.
    package private(set) var heaviest: [Share<ZnodePath>] = []
    package private(set) var ephemerals: [Share<SessionID>] = []
    package private(set) var acls: [Share<ACL>] = []
    package private(set) var deepest = 0

    /// - Parameter top: how many of each list.
    package init(of tree: borrowing Tree, top: Int = 10) {
        var census = Census(tree)
        census.sumUp(tree)
        znodes = census.order.count
        dataBytes = census.dataBytes.first ?? 0
        deepest = census.deepest
        count(tree, census, top)
        let subtrees = census.subtrees(tree)
        largestByZnodes = census.largest(subtrees, top, tree) { $0.znodes }
        largestByBytes = census.largest(subtrees, top, tree) { $0.bytes }
    }

    private mutating func count(_ tree: borrowing Tree, _ census: Census, _ top: Int) {
        var kinds: [String: Int] = [:]
        var owners: [SessionID: Int] = [:]
        var lists: [ACLID: Int] = [:]
        var widths: [(id: ZnodeID, count: Int)] = []
        var weights: [(id: ZnodeID, count: Int)] = []
        for id in census.order {
            let ownership = Ownership(rawValue: tree.znodes.stat(of: id).ephemeralOwner)
            kinds[ownership.kind, default: 0] += 1
            if let session = ownership.session { owners[session, default: 0] += 1 }
            lists[tree.znodes.acl(of: id), default: 0] += 1
            pathBytes += tree.znodes.path(of: id).bytes.count
            widths.append((id, tree.znodes.childCount(of: id)))
            weights.append((id, tree.znodes.dataLength(of: id)))
        }
        self.kinds = kinds.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
            Share(key: $0, count: $1)
        }
        ephemerals = owners.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(top)
            .map { Share(key: $0, count: $1) }
        acls = Self.aclShares(lists, census, tree).prefix(top).map { $0 }
        widest = Self.top(widths, top, tree)
        heaviest = Self.top(weights, top, tree)
    }

    private static func aclShares(
        _ lists: [ACLID: Int], _ census: Census, _ tree: borrowing Tree
    ) -> [Share<ACL>] {
        var shares: [Share<ACL>] = []
        var seen: Set<ACLID> = []
        for id in census.order where seen.insert(tree.znodes.acl(of: id)).inserted {
            shares.append(Share(key: tree.acl(of: id), count: lists[tree.znodes.acl(of: id)] ?? 0))
        }
        return shares.sorted { ($1.count, $0.key.text) < ($0.count, $1.key.text) }
    }

    private static func top(
        _ numbers: [(id: ZnodeID, count: Int)], _ top: Int, _ tree: borrowing Tree
    ) -> [Share<ZnodePath>] {
        let sorted = numbers.filter { $0.count > 0 }.sorted {
            ($1.count, $0.id.rawValue) < ($0.count, $1.id.rawValue)
        }
        var shares: [Share<ZnodePath>] = []
        for number in sorted.prefix(top) {
            shares.append(Share(key: tree.znodes.path(of: number.id), count: number.count))
        }
        return shares.sorted { ($1.count, $0.key) < ($0.count, $1.key) }
    }
}

extension Ownership {
    fileprivate var kind: String {
        switch self {
        case .persistent: "persistent"
        case .ephemeral: "ephemeral"
        case .container: "container"
        case .ttl: "ttl"
        }
    }
}

/// Every znode once, parents first, with what is below each.
private struct Census {
    private(set) var order: [ZnodeID] = []
    private var parents: [Int] = []
    private(set) var counts: [Int] = []
    private(set) var dataBytes: [Int] = []
    private(set) var deepest = 0
    /// The most that one child has of each znode's.
    private var heaviestChild: [(znodes: Int, bytes: Int)] = []

    init(_ tree: borrowing Tree) {
        var open: [(id: ZnodeID, parent: Int, depth: Int)] = [(.root, -1, 0)]
        while let (id, parent, depth) = open.popLast() {
            let index = order.count
            order.append(id)
            parents.append(parent)
            counts.append(1)
            dataBytes.append(tree.znodes.dataLength(of: id))
            deepest = max(deepest, depth)
            tree.znodes.forEachChild(of: id) { open.append(($0, index, depth + 1)) }
        }
        heaviestChild = Array(repeating: (0, 0), count: order.count)
    }

    /// Children come after their parents, so backwards each is complete before it is added.
    mutating func sumUp(_ tree: borrowing Tree) {
        for index in order.indices.reversed() where parents[index] >= 0 {
            let parent = parents[index]
            counts[parent] += counts[index]
            dataBytes[parent] += dataBytes[index]
            heaviestChild[parent].znodes = max(heaviestChild[parent].znodes, counts[index])
            heaviestChild[parent].bytes = max(heaviestChild[parent].bytes, dataBytes[index])
        }
    }

    /// Subtrees that are worth a name: not the root, and not one whose weight is one child's.
    func subtrees(_ tree: borrowing Tree) -> [Int] {
        order.indices.filter { index in
            guard parents[index] >= 0, counts[index] > 1 else { return false }
            return heaviestChild[index].znodes * 10 < counts[index] * 9
        }
    }

    func largest(
        _ indices: [Int], _ top: Int, _ tree: borrowing Tree,
        by weight: (TreeStatistics.Subtree) -> Int
    ) -> [TreeStatistics.Subtree] {
        var subtrees: [TreeStatistics.Subtree] = []
        let candidates = indices.sorted {
            let left = TreeStatistics.Subtree(
                path: .root, znodes: counts[$0], bytes: dataBytes[$0])
            let right = TreeStatistics.Subtree(
                path: .root, znodes: counts[$1], bytes: dataBytes[$1])
            return (weight(right), $0) < (weight(left), $1)
        }
        for index in candidates.prefix(top) {
            subtrees.append(
                TreeStatistics.Subtree(
                    path: tree.znodes.path(of: order[index]), znodes: counts[index],
                    bytes: dataBytes[index]))
        }
        return subtrees.sorted { (weight($1), $0.path) < (weight($0), $1.path) }
    }
}
