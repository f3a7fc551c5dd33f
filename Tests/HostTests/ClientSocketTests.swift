import NIOCore
import NIOEmbedded
import Testing
import Vocabulary

@testable import Host

@Suite struct `The sockets of clients` {
    /// Sockets that expectations may change.
    private final class Table {
        private var sockets: ClientSockets
        private let channel = EmbeddedChannel()

        init(unreadBytesMax: Int = 1000) { sockets = ClientSockets(unreadBytesMax: unreadBytesMax) }

        func open() -> ConnectionID { sockets.open(channel) }
        func close(_ id: ConnectionID) { sockets.close(id) }
        func has(_ id: ConnectionID) -> Bool { sockets[id] != nil }
        func isPaused(_ id: ConnectionID) -> Bool { sockets[id]?.isPaused ?? false }
        func pause(_ id: ConnectionID) { sockets[id]?.isPaused = true }
        func hasBacklog(_ id: ConnectionID) -> Bool { sockets.hasBacklog(id) }
        func openBacklog(_ id: ConnectionID, _ bytes: Int) -> [ConnectionID] {
            sockets.openBacklog(of: id, socketBytes: bytes)
            return sockets.setUnread(bytes, of: id)
        }
        func append(_ bytes: Int, _ id: ConnectionID) -> Int {
            sockets.append(ByteBuffer(repeating: 1, count: bytes), toBacklogOf: id)
        }
        func takeChunk(_ id: ConnectionID) -> Int? { sockets.takeChunk(fromBacklogOf: id)?.readableBytes }
        func beginDraining(_ id: ConnectionID) -> Bool { sockets.beginDraining(id) }
        func endDraining(_ id: ConnectionID, _ bytes: Int) -> Int? {
            sockets.endDraining(id, socketBytes: bytes)
        }
        func closeBacklog(_ id: ConnectionID) { sockets.closeBacklog(of: id) }
        var count: Int { sockets.count }
        var slotCount: Int { sockets.slotCount }
        var unreadBytes: Int { sockets.unreadBytes }
    }

    @Test func `share slots one after the other, and none with a former client`() {
        let table = Table()
        let (first, second) = (table.open(), table.open())
        table.close(first)
        table.close(first)
        let third = table.open()
        #expect(third.slot == first.slot && third != first)
        #expect(table.count == 2 && table.slotCount == 2)
        #expect(!table.has(first) && table.has(second) && table.has(third))
        table.pause(first)
        #expect(!table.isPaused(third), "that was somebody else")
        table.pause(third)
        #expect(table.isPaused(third) && !table.isPaused(second))
        table.close(first)
        #expect(table.has(third) && table.count == 2)
    }

    @Test func `leave no backlog behind, nor what they owed`() {
        let table = Table()
        let id = table.open()
        #expect(table.openBacklog(id, 10) == [])
        #expect(table.append(100, id) >= 110 && table.hasBacklog(id))
        table.close(id)
        #expect(!table.hasBacklog(table.open()) && table.unreadBytes == 0)
    }

    @Test func `are given their backlog by one at a time`() {
        let table = Table()
        let id = table.open()
        #expect(!table.beginDraining(id), "there is none")
        _ = table.openBacklog(id, 10)
        _ = table.append(100_000, id)
        #expect(table.beginDraining(id) && !table.beginDraining(id))
        #expect(table.takeChunk(id) == 100_000 && table.takeChunk(id) == nil)
        #expect(table.endDraining(id, 7) == 7)
        #expect(table.beginDraining(id))
        table.closeBacklog(id)
        #expect(!table.hasBacklog(id) && table.unreadBytes == 0 && table.endDraining(id, 7) == nil)
    }

    @Test func `of those who owe most are named when all of them owe too much`() {
        let table = Table()
        let ids = (0..<3).map { _ in table.open() }
        #expect(table.openBacklog(ids[0], 300) == [] && table.openBacklog(ids[1], 600) == [])
        #expect(table.openBacklog(ids[2], 200) == [ids[1]])
        #expect(table.unreadBytes == 500)
    }
}
