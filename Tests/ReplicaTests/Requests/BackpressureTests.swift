import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `A node with too much to do` {
    private func write(_ client: TestClient, _ path: ZnodePath) {
        client.send(.create) { CreateRequest(path: path, data: [], acl: .open, flags: 0).encode(into: &$0) }
    }

    @Test func `reads a client no more until it is answered`() throws {
        let node = TestNode { $0.outstandingRequestsMax = 2 }
        let client = try node.connect()
        node.isDiskFast = false
        for path in ["/a", "/b"] as [ZnodePath] { write(client, path) }
        #expect(node.paused.isEmpty)
        write(client, "/c")
        #expect(node.paused == [client.id])
        node.sync()
        #expect(node.paused.isEmpty)
        #expect(client.replies().count == 3)
    }

    @Test func `still lets who has nothing under way ask one thing`() throws {
        let node = TestNode { $0.outstandingRequestsMax = 1 }
        let writer = try node.connect()
        let reader = try node.connect()
        node.isDiskFast = false
        for path in ["/a", "/b", "/c"] as [ZnodePath] { write(writer, path) }
        #expect(try reader.exists("/").error == .ok)
        #expect(node.paused == [writer.id])
    }

    @Test func `does not read a client whose session is not made yet`() throws {
        let node = TestNode()
        node.isDiskFast = false
        let client = node.open()
        _ = try client.connect()
        #expect(node.paused == [client.id])
        node.sync()
        #expect(node.paused.isEmpty)
    }
}

@Suite struct `A client that asks for more than it takes` {
    /// Sends `count` reads of half a megabyte in one go, and nothing is taken meanwhile.
    private func flood(_ client: TestClient, _ count: Int) -> [Int32] {
        var bytes = ByteBuffer()
        for xid in 1...Int32(count) {
            bytes.writeLengthPrefixed { buffer in
                RequestHeader(xid: xid, type: OpCode.getData.rawValue).encode(into: &buffer)
                PathWatchRequest(path: "/big", watch: false).encode(into: &buffer)
            }
        }
        client.node.step(.received(client.id, bytes))
        return Array(1...Int32(count))
    }

    @Test func `waits for room, and then gets everything in order`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/big", [UInt8](repeating: 1, count: 500_000))
        let sent = flood(client, 20)
        #expect(node.awaitedToDrain == [client.id])
        #expect(node.paused == [client.id])
        var got = client.replies().map(\.xid)
        #expect(got.count < 20)
        for _ in 0..<20 where got.count < 20 {
            node.step(.drained(client.id))
            got += client.replies().map(\.xid)
        }
        #expect(got == sent)
        #expect(node.paused.isEmpty)
    }

    @Test func `gets its writes in their turn, though they are done while it waits`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/big", [UInt8](repeating: 1, count: 500_000))
        node.isDiskFast = false
        func write(_ path: ZnodePath, xid: Int32) {
            client.send(.create, xid: xid) {
                CreateRequest(path: path, data: [], acl: .open, flags: 0).encode(into: &$0)
            }
        }
        write("/a", xid: 0)
        let reads = flood(client, 10)
        write("/b", xid: 11)
        node.sync()
        var got = client.replies().map(\.xid)
        for _ in 0..<20 where got.count < 12 {
            node.step(.drained(client.id))
            got += client.replies().map(\.xid)
        }
        #expect(got == [0] + reads + [11])
        #expect(node.has("/b"))
    }

    @Test func `may hang up meanwhile`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/big", [UInt8](repeating: 1, count: 500_000))
        _ = flood(client, 20)
        node.step(.closed(client.id))
        node.step(.drained(client.id))
        #expect(try node.connect().exists("/big").error == .ok)
    }
}
