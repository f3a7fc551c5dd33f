import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

/// One read of every socket is kept where what came cannot be looked at yet: so many of them that nobody is
/// read.
@Suite struct `Requests that are held` {
    private static let bytesMax = 1 << 20
    private static let heldBytesMax = bytesMax / 4
    private static let frameBytes = 10_000

    private func settings(_ settings: inout ReplicaSettings) {
        settings.requestBytesMax = Self.bytesMax
    }

    /// A write of `frameBytes`.
    private func frame(xid: Int32) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeLengthPrefixed { frame in
            RequestHeader(xid: xid, type: OpCode.setData.rawValue).encode(into: &frame)
            let data = [UInt8](repeating: 7, count: Self.frameBytes - 29)
            SetDataRequest(path: "/a", data: data, version: -1).encode(into: &frame)
        }
        return buffer
    }

    /// Each client asks for `count` writes at once, if its socket is read.
    ///
    /// - Returns: Those that were read.
    private func send(_ clients: [TestClient], count: Int = 1) -> [TestClient] {
        clients.filter { client in
            guard !client.node.paused.contains(client.id) else { return false }
            var frames = ByteBuffer()
            for xid in 1...Int32(count) { frames.writeImmutableBuffer(frame(xid: xid)) }
            client.node.step(.received(client.id, frames))
            return true
        }
    }

    /// A follower in epoch 2 with clients.
    private func follower(with count: Int) throws -> (TestNode, [TestClient]) {
        let node = TestNode.member(settings)
        node.follow(in: 2)
        let clients = try (1...count).map { number in
            let client = node.open()
            try client.connect()
            try node.commitForwarded(
                as: .createSession(timeoutMs: 10_000), at: Zxid(rawValue: 0x2_0000_0000 + Int64(number)))
            _ = client.replies()
            return client
        }
        return (node, clients)
    }

    @Test func `while there is no leader are those of as many as there is room for`() throws {
        let (node, clients) = try follower(with: 100)
        node.loseLeader()
        let read = send(clients)
        #expect(read.count == Self.heldBytesMax / Self.frameBytes + 1)
        #expect(node.paused.count == clients.count, "nobody is read before there is room")
        node.follow(in: 3)
        node.answerSync()
        #expect(node.forwarded.filter { $0.type == OpCode.setData.rawValue }.count == read.count)
        #expect(clients.filter { !node.paused.contains($0.id) }.count >= clients.count - read.count)
    }

    @Test func `give back their room when their clients hang up`() throws {
        let (node, clients) = try follower(with: 100)
        node.loseLeader()
        let read = send(clients)
        for client in read.prefix(read.count / 2 - 1) { node.step(.closed(client.id)) }
        #expect(clients.allSatisfy { node.paused.contains($0.id) })
        for client in read.dropFirst(read.count / 2 - 1).prefix(2) { node.step(.closed(client.id)) }
        #expect(!send(clients).isEmpty)
    }

    @Test func `keep who connects meanwhile from being read`() throws {
        let (node, clients) = try follower(with: 100)
        node.loseLeader()
        _ = send(clients)
        let newcomer = node.open()
        #expect(node.paused.contains(newcomer.id))
    }

    @Test func `behind a disk that hangs are those of as many as there is room for`() throws {
        let node = TestNode(settings)
        let clients = try (0..<300).map { _ in try node.connect() }
        _ = try clients[0].create("/a")
        node.isDiskFast = false
        let read = send(clients)
        let all = (Self.bytesMax / 4 * 5 + Self.heldBytesMax) / Self.frameBytes
        #expect(read.count > all - 4 && read.count < all + 4, "\(read.count) were read")
        #expect(node.paused.count > clients.count - all, "nobody is read before there is room")
        node.isDiskFast = true
        node.sync()
        #expect(read.allSatisfy { $0.replies().last?.error == .ok })
        #expect(node.paused.isEmpty)
        #expect(node.replica.requestBytes == 0)
    }

    /// A client that takes its answers is read on; one that does not could keep everybody out for ever.
    @Test func `by a client that does not read its answers do not keep others from being read`() throws {
        let node = TestNode(settings)
        let clients = try (0..<40).map { _ in try node.connect() }
        let other = try node.connect()
        _ = try clients[0].create("/a", [UInt8](repeating: 1, count: 600_000))
        for client in clients {
            var frames = ByteBuffer()
            for xid in 1...Int32(3) {
                frames.writeLengthPrefixed { buffer in
                    RequestHeader(xid: xid, type: OpCode.getData.rawValue).encode(into: &buffer)
                    PathWatchRequest(path: "/a", watch: false).encode(into: &buffer)
                }
            }
            frames.writeImmutableBuffer(frame(xid: 4))
            if !node.paused.contains(client.id) { node.step(.received(client.id, frames)) }
        }
        #expect(node.paused.contains(other.id))
        node.advance(ms: 500)
        #expect(!node.paused.contains(other.id))
        #expect(clients.contains { $0.isClosed } && !other.isClosed)
        #expect(try other.exists("/a").error == .ok)
    }
}
