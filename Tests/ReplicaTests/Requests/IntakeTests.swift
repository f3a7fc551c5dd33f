import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `Requests of all clients together` {
    private static let bytesMax = 1 << 20
    private static let frameBytes = 300_000

    private let node = TestNode {
        $0.requestBytesMax = bytesMax
        $0.largeRequestBytes = 10_000
    }

    private func frame(_ path: ZnodePath, bytes: Int, xid: Int32 = 1) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeLengthPrefixed { frame in
            frame.writeInteger(xid)
            frame.writeInteger(OpCode.setData.rawValue)
            SetDataRequest(path: path, data: [UInt8](repeating: 7, count: bytes), version: -1)
                .encode(into: &frame)
        }
        return buffer
    }

    private func clients(_ count: Int) throws -> [TestClient] {
        let clients = try (0..<count).map { _ in try node.connect() }
        _ = try clients[0].create("/a")
        return clients
    }

    /// Begins a large frame on each connection; those that are read on.
    private func begin(_ clients: [TestClient]) -> [TestClient] {
        for client in clients { node.step(.expecting(client.id, bytes: Self.frameBytes)) }
        return clients.filter { !node.paused.contains($0.id) }
    }

    private func finish(_ client: TestClient) {
        node.step(.received(client.id, frame("/a", bytes: Self.frameBytes - 40)))
    }

    @Test func `are read as far as there is room, and the rest when those are done`() throws {
        let clients = try clients(10)
        node.isDiskFast = false
        var read = begin(clients)
        #expect(read.count == 3, "three times 300 kB are less than a mebibyte")
        var answered: [ConnectionID] = []
        while !read.isEmpty, answered.count < 10 {
            for client in read { finish(client) }
            #expect(clients.allSatisfy { $0.replies().isEmpty })
            node.sync()
            answered += read.filter { $0.replies().map(\.error) == [.ok] }.map(\.id)
            read = clients.filter { !node.paused.contains($0.id) && !answered.contains($0.id) }
            #expect(read.count <= 3)
        }
        #expect(answered.count == 10)
        #expect(node.replica.requestBytes == 0)
    }

    @Test func `that are large do not stand in the way of small ones`() throws {
        let clients = try clients(5)
        node.isDiskFast = false
        for client in begin(clients) { finish(client) }
        let other = try reconnect()
        other.send(.setData) { SetDataRequest(path: "/a", data: [1], version: -1).encode(into: &$0) }
        node.sync()
        #expect(other.replies().map(\.error) == [.ok])
    }

    private func reconnect() throws -> TestClient {
        let client = node.open()
        _ = try client.connect()
        node.sync()
        _ = client.replies()
        return client
    }

    @Test func `wait at a disk that hangs, however small they are`() throws {
        let clients = try clients(200)
        node.isDiskFast = false
        for client in clients { node.step(.received(client.id, frame("/a", bytes: 9_000))) }
        let taken = node.replica.requestBytes
        #expect(taken > Self.bytesMax && taken <= Self.bytesMax / 4 * 5)
        #expect(clients.contains { node.paused.contains($0.id) })
        node.isDiskFast = true
        node.sync()
        #expect(clients.allSatisfy { $0.replies().map(\.error) == [.ok] })
        #expect(node.paused.isEmpty)
        #expect(node.replica.requestBytes == 0)
    }

    @Test func `count though their clients hang up, until they are done`() throws {
        let clients = try clients(8)
        node.isDiskFast = false
        for client in clients.prefix(4) {
            node.step(.expecting(client.id, bytes: Self.frameBytes))
            guard !node.paused.contains(client.id) else { continue }
            finish(client)
            node.step(.closed(client.id))
        }
        #expect(begin(Array(clients.suffix(4))).isEmpty)
        node.isDiskFast = true
        node.sync()
        #expect(node.replica.requestBytes > 0)
    }

    @Test func `give back their room when their clients hang up within them`() throws {
        let clients = try clients(6)
        let read = begin(clients)
        for client in read { node.step(.closed(client.id)) }
        #expect(clients.filter { !node.paused.contains($0.id) }.count == 2 * read.count)
    }

    @Test func `may be larger than all the room there is, one at a time`() throws {
        let clients = try clients(2)
        for client in clients { node.step(.expecting(client.id, bytes: 5 << 20)) }
        #expect(node.paused == [clients[1].id])
        node.step(.received(clients[0].id, frame("/a", bytes: 100)))
        #expect(node.paused.isEmpty)
    }

    @Test func `that only read are answered whatever waits`() throws {
        let clients = try clients(4)
        node.isDiskFast = false
        for client in begin(clients) { finish(client) }
        #expect(try clients[3].exists("/").error == .ok)
    }
}

@Suite struct `A disk that does not answer` {
    @Test func `is said once, and sends away who has waited for long enough`() throws {
        let node = TestNode()
        let client = try node.connect(timeoutMs: 12_000)
        let reader = try node.connect(timeoutMs: 40_000)
        node.isDiskFast = false
        client.send(.setData) { SetDataRequest(path: "/", data: [1], version: -1).encode(into: &$0) }
        for _ in 0..<20 {
            node.advance(ms: 500)
            #expect(try reader.exists("/").error == .ok)
        }
        #expect(node.warnings.isEmpty && !client.isClosed)
        for _ in 0..<10 { node.advance(ms: 500) }
        #expect(node.warnings.count == 1)
        #expect(node.warnings[0].hasPrefix("the disk has not answered for 10000 ms"))
        #expect(client.isClosed && !reader.isClosed)
        node.sync()
        node.advance(ms: 500)
        #expect(node.warnings.last == "the disk answers again")
    }
}

@Suite struct `Clients that do not read` {
    private func id(_ slot: Int) -> ConnectionID { ConnectionID(slot: slot, generation: 1) }

    @Test func `are cut off when one of them owes too much`() {
        var unread = SlowReaders(bytesMax: .max)
        #expect(unread.record(SlowReaders.ofOneMax, of: id(1)) == [])
        #expect(unread.record(SlowReaders.ofOneMax + 1, of: id(1)) == [id(1)])
        #expect(unread.bytes == 0)
    }

    @Test func `are cut off when all of them owe too much, who owes most first`() {
        var unread = SlowReaders(bytesMax: 1000)
        #expect(unread.record(100, of: id(1)) == [])
        #expect(unread.record(500, of: id(2)) == [])
        #expect(unread.record(350, of: id(3)) == [])
        #expect(unread.record(160, of: id(1)) == [id(2)])
        #expect(unread.bytes == 510)
        unread.forget(id(3))
        #expect(unread.bytes == 160)
        #expect(unread.record(50, of: id(1)) == [])
        #expect(unread.bytes == 50)
    }

    @Test(arguments: [10, 10_000]) func `are looked through once for a quarter of the bound`(count: Int) {
        var unread = SlowReaders(bytesMax: 100 * count)
        var (alive, walks) = (Array(0..<count), 0)
        for owed in 1...400 {
            var gone: Set<Int> = []
            for slot in alive where !gone.contains(slot) {
                let cut = unread.record(owed, of: id(slot))
                if !cut.isEmpty { walks += 1 }
                gone.formUnion(cut.map(\.slot))
            }
            alive.removeAll { gone.contains($0) }
        }
        #expect(!alive.isEmpty && walks > 0 && walks <= 8, "\(walks) walks")
    }
}
