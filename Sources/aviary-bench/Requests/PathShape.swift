/// Names a znode by two numbers, so that a path of fixed length can be patched in place.
struct NodeKey: Equatable {
    var group: Int
    var node: Int

    /// The key `count` znodes further on in the same group.
    func advanced(by count: Int) -> NodeKey { NodeKey(group: group, node: node + count) }
}

/// A path with room for the digits of a key: `/bench/service-000012/node-034`, its group alone, or no digits.
struct PathShape {
    /// `/bench/service-`, or a whole path when there are no digits.
    let prefix: String
    let groupWidth: Int
    /// `/node-`
    let infix: String
    let nodeWidth: Int

    init(prefix: String, groupWidth: Int = 0, infix: String = "", nodeWidth: Int = 0) {
        self.prefix = prefix
        self.groupWidth = groupWidth
        self.infix = infix
        self.nodeWidth = nodeWidth
    }

    var byteCount: Int { prefix.utf8.count + groupWidth + infix.utf8.count + nodeWidth }

    /// Writes the path of the keys that lie `nodeOffset` behind those it will be patched for.
    func write(to bytes: inout [UInt8], nodeOffset: Int = 0) -> PathSite {
        bytes.append(contentsOf: prefix.utf8)
        let groupEnd = bytes.count + groupWidth
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: groupWidth))
        bytes.append(contentsOf: infix.utf8)
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: nodeWidth))
        return PathSite(
            groupEnd: groupEnd, groupWidth: groupWidth, nodeEnd: bytes.count, nodeWidth: nodeWidth,
            nodeOffset: nodeOffset)
    }

    /// The path of one key.
    func path(of key: NodeKey) -> [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes).patch(key, in: &bytes, base: 0)
        return bytes
    }
}

/// Where in a frame the digits of a path lie.
struct PathSite {
    let groupEnd: Int
    let groupWidth: Int
    let nodeEnd: Int
    let nodeWidth: Int
    let nodeOffset: Int

    /// `base` is where the frame begins in `bytes`.
    func patch(_ key: NodeKey, in bytes: inout [UInt8], base: Int) {
        Self.write(key.group, endingAt: base + groupEnd, width: groupWidth, in: &bytes)
        Self.write(key.node + nodeOffset, endingAt: base + nodeEnd, width: nodeWidth, in: &bytes)
    }

    private static func write(_ number: Int, endingAt end: Int, width: Int, in bytes: inout [UInt8]) {
        var rest = UInt32(truncatingIfNeeded: number)
        var index = end
        while index > end - width {
            index -= 1
            bytes[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }
}

/// The paths of one run: `ROOT/service-NNNNNN/node-NNN` for keys, `ROOT/created-NNNNNN/node-…` for what
/// `create` makes.
struct Keyspace {
    static let nodesPerGroup = 100

    let root: String
    let keyCount: Int

    var groupCount: Int { (keyCount + Self.nodesPerGroup - 1) / Self.nodesPerGroup }
    var group: PathShape { PathShape(prefix: "\(root)/service-", groupWidth: 6) }
    var node: PathShape {
        PathShape(prefix: "\(root)/service-", groupWidth: 6, infix: "/node-", nodeWidth: 3)
    }
    var createdGroup: PathShape { PathShape(prefix: "\(root)/created-", groupWidth: 6) }
    var created: PathShape {
        PathShape(prefix: "\(root)/created-", groupWidth: 6, infix: "/node-", nodeWidth: 9)
    }
    /// The server puts ten digits behind it.
    var sequential: PathShape {
        PathShape(prefix: "\(root)/created-", groupWidth: 6, infix: "/node-")
    }
    var watched: PathShape { PathShape(prefix: "\(root)/watched") }

    /// `/a/b/c` as `/a`, `/a/b`, `/a/b/c`: what must exist before anything else.
    var rootAndAncestors: [PathShape] {
        var shapes: [PathShape] = []
        var path = ""
        for component in root.split(separator: "/") {
            path += "/\(component)"
            shapes.append(PathShape(prefix: path))
        }
        return shapes
    }

    static func key(_ number: Int) -> NodeKey {
        NodeKey(group: number / nodesPerGroup, node: number % nodesPerGroup)
    }

    /// The first of ten keys of one group, `number` among them unless the keys end before those ten do.
    ///
    /// - Precondition: there are ten keys at least.
    func firstOfTen(around number: Int) -> NodeKey {
        Self.key(min(number / 10, keyCount / 10 - 1) * 10)
    }

    /// How many children a group's znode has.
    func childCount(ofGroup group: Int) -> Int {
        min(Self.nodesPerGroup, keyCount - group * Self.nodesPerGroup)
    }
}
