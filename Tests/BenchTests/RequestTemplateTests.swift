import Testing

@testable import aviary_bench

@Suite struct `A request template` {
    private let keyspace = Keyspace(root: "/b", keyCount: 1000)

    private func frame(_ template: RequestTemplate, xid: Int32, key: NodeKey) -> [UInt8] {
        var output: [UInt8] = [0xAA]
        template.append(to: &output, xid: xid, key: key)
        return Array(output.dropFirst())
    }

    @Test func `writes a getData as ZooKeeper expects it`() {
        let path = Array("/b/service-000012/node-034".utf8)
        let expected: [UInt8] =
            [0, 0, 0, 39] + [0, 0, 1, 2] + [0, 0, 0, 4] + [0, 0, 0, 26] + path + [0]
        #expect(frame(.getData(keyspace.node), xid: 258, key: Keyspace.key(1234)) == expected)
    }

    @Test func `stamps the key into the data of a setData`() {
        let template = RequestTemplate.setData(keyspace.node, data: StampedData(byteCount: 8))
        let bytes = frame(template, xid: 1, key: NodeKey(group: 2, node: 3))
        #expect(bytes.suffix(16) == [0, 0, 0, 8, 0, 0, 0, 2, 0, 0, 0, 3, 0xFF, 0xFF, 0xFF, 0xFF])
    }

    @Test func `writes a create that everyone may use`() {
        let template = RequestTemplate.create(PathShape(prefix: "/b"), data: StampedData(byteCount: 0))
        let acl: [UInt8] =
            [0, 0, 0, 1, 0, 0, 0, 31, 0, 0, 0, 5] + Array("world".utf8) + [0, 0, 0, 6] + Array("anyone".utf8)
        let body: [UInt8] = [0, 0, 0, 2] + Array("/b".utf8) + [0, 0, 0, 0] + acl + [0, 0, 0, 0]
        let bytes = frame(template, xid: 1, key: NodeKey(group: 0, node: 0))
        #expect(Array(bytes.dropFirst(12)) == body)
        #expect(Int(bytes[3]) == bytes.count - 4)
    }

    @Test func `patches every path of a multi`() {
        let template = RequestTemplate.multi(keyspace.node, data: StampedData(byteCount: 0))
        let text = String(decoding: frame(template, xid: 1, key: Keyspace.key(999)), as: UTF8.self)
        #expect(text.components(of: "service-000009/node-099") == 2)
    }

    @Test func `puts a check and nine setData of different znodes into a multi of ten`() {
        let template = RequestTemplate.multiOfTen(
            checking: keyspace.group, setting: keyspace.node, data: StampedData(byteCount: 8))
        let bytes = frame(template, xid: 1, key: keyspace.firstOfTen(around: 347))
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.components(of: "/b/service-000003") == 10)
        for node in 40..<49 { #expect(text.components(of: "/b/service-000003/node-0\(node)") == 1) }
        // The last setData: stamp, any version, and the end of the parts.
        #expect(bytes.dropLast(13).suffix(8) == [0, 0, 0, 3, 0, 0, 0, 48])
        // Behind the header of the check, its path and the version that is asked for.
        #expect(bytes[12..<16] == [0, 0, 0, 13])
        #expect(bytes[42..<46] == [0, 0, 0, 0])
    }

    @Test(arguments: [(0, 100, 0), (19, 100, 10), (99, 100, 90), (104, 105, 90), (203, 204, 190)])
    func `finds ten keys in a row`(number: Int, keyCount: Int, first: Int) {
        let keyspace = Keyspace(root: "/b", keyCount: keyCount)
        #expect(keyspace.firstOfTen(around: number) == Keyspace.key(first))
    }

    @Test func `asks for an ephemeral sequential znode`() {
        let template = RequestTemplate.createEphemeral(keyspace.sequential, data: StampedData(byteCount: 0))
        let bytes = frame(template, xid: 1, key: NodeKey(group: 5, node: 0))
        #expect(String(decoding: bytes, as: UTF8.self).components(of: "/b/created-000005/node-") == 1)
        #expect(bytes.suffix(4) == [0, 0, 0, 3])
    }

    @Test func `leaves a path without digits alone`() {
        let bytes = frame(.exists(keyspace.watched), xid: 1, key: NodeKey(group: 7, node: 7))
        #expect(bytes.suffix(11) == Array("/b/watched".utf8) + [0])
    }
}

@Suite struct `Stamped data` {
    private let data = StampedData(byteCount: 16)

    private func reply(length: Int32, stamp: UInt64, byteCount: Int) -> [UInt8] {
        var body = [UInt8](repeating: 0, count: byteCount)
        body.storeBigEndian(length, at: 0)
        body.storeBigEndian(stamp, at: 4)
        return body
    }

    private func matches(_ body: [UInt8], _ key: NodeKey) -> Bool {
        data.matches(body.span.bytes, key: key)
    }

    @Test func `is recognized in a reply`() {
        let key = NodeKey(group: 5, node: 6)
        let right = reply(length: 16, stamp: StampedData.stamp(of: key), byteCount: 4 + 16 + 68)
        #expect(matches(right, key))
        #expect(!matches(right, NodeKey(group: 5, node: 7)))
    }

    @Test func `is not recognized at a different length`() {
        let key = NodeKey(group: 0, node: 0)
        let shorter = reply(length: 15, stamp: 0, byteCount: 4 + 15 + 68)
        #expect(!matches(shorter, key))
        let lying = reply(length: 15, stamp: 0, byteCount: 4 + 16 + 68)
        #expect(!matches(lying, key))
    }
}

extension String {
    /// How often `part` occurs.
    fileprivate func components(of part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let found = rest.firstRange(of: part) {
            count += 1
            rest = rest[found.upperBound...]
        }
        return count
    }
}
