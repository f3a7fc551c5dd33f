import NIOCore
import Testing
import Vocabulary
import Wire

@testable import Replica

/// Clients alone: no tree, no disk and no other server stands behind them.
@Suite struct `The clients of a node`: ~Copyable {
    private static let bytesMax = 1000
    private static let now = Instant(monotonicMs: 1000, wallMs: 1000)

    private var clients = Clients(
        requestsMax: 2, bytesMax: bytesMax, largeBytes: 100,
        resumedCxids: ResumedCxids(server: PeerID(rawValue: 1), seed: 1, rule: .own))
    private var effects = Effects()

    private mutating func connect(_ slot: Int = 0) -> Connection {
        let id = ConnectionID(slot: slot, generation: 1)
        let connection = Connection(id: id, address: "127.0.0.1", at: Self.now)
        connection.phase = .serving
        clients.add(connection, hasHandshakeDeadline: false, into: &effects)
        return connection
    }

    private func frames(_ code: OpCode, _ xids: Int32..., bytes: Int = 8) -> ByteBuffer {
        var frames = ByteBuffer()
        for xid in xids {
            frames.writeLengthPrefixed { frame in
                frame.writeInteger(xid)
                frame.writeInteger(code.rawValue)
                frame.writeRepeatingByte(0, count: bytes - 8)
            }
        }
        return frames
    }

    /// Takes in what may be, and keeps it as something that waits for a write.
    private mutating func take(
        _ frames: ByteBuffer, on connection: Connection, _ load: Load = Load()
    ) -> [Int32] {
        var received = clients.receive(frames, load, at: Self.now)
        var taken: [Int32] = []
        while let request = clients.next(of: &received, on: connection, load, into: &effects) {
            taken.append(request.xid)
            clients.enqueue(.write(nil), request, on: connection)
        }
        return taken
    }

    private mutating func actions() -> [Effects.Action] { effects.takeActions() }

    @Test mutating func `are taken in request by request, in their order`() {
        let client = connect()
        #expect(take(frames(.setData, 1, 2, 3), on: client) == [1, 2, 3])
        #expect(client.waiting.map(\.xid) == [1, 2, 3])
        #expect(clients.intake.bytes == 3 * 8)
        #expect(actions() == [])
    }

    @Test mutating func `are held back while there is no leader`() {
        let client = connect()
        #expect(take(frames(.getData, 1), on: client, Load(hasLeader: false)) == [])
        #expect(client.takeHeld() == frames(.getData, 1))
        #expect(actions() == [.pauseReading(client.id)])
    }

    @Test mutating func `are not read on when too much is under way and they have a part in it`() {
        let (busy, idle) = (connect(0), connect(1))
        #expect(take(frames(.setData, 1), on: busy, Load(requests: 3)) == [1])
        #expect(take(ByteBuffer(), on: idle, Load(requests: 3)) == [])
        #expect(actions() == [.pauseReading(busy.id)])
    }

    @Test mutating func `stand in line for room, and the first of them goes on first`() {
        let all = [connect(0), connect(1), connect(2)]
        for client in all { clients.expect(600, on: client, Load(), into: &effects) }
        #expect(actions() == [.pauseReading(all[1].id), .pauseReading(all[2].id)])
        #expect(clients.takeNextWithRoom(Load()) == nil)
        _ = clients.remove(all[0].id)
        #expect(clients.takeNextWithRoom(Load()) === all[1])
        clients.readOn(all[1], Load(), into: &effects)
        #expect(actions() == [.resumeReading(all[1].id)])
        #expect(clients.takeNextWithRoom(Load()) == nil)
    }

    @Test mutating func `need no room for what is not kept`() {
        let client = connect()
        let load = Load(bytes: 2 * Self.bytesMax)
        #expect(take(frames(.setData, 1), on: client, load) == [])
        #expect(actions() == [.pauseReading(client.id)])
        let reader = connect(1)
        var received = clients.receive(frames(.getData, 1), load, at: Self.now)
        #expect(clients.next(of: &received, on: reader, load, into: &effects)?.xid == 1)
    }

    @Test mutating func `are closed for a frame that is too short for a request`() {
        let client = connect()
        var frames = ByteBuffer()
        frames.writeLengthPrefixed { $0.writeInteger(Int32(1)) }
        frames.writeImmutableBuffer(self.frames(.getData, 2))
        #expect(take(frames, on: client) == [])
        #expect(actions() == [.close(client.id)])
    }

    @Test mutating func `get no answer ahead of a write that is under way`() {
        let client = connect()
        _ = take(frames(.setData, 1), on: client)
        var received = clients.receive(frames(.getData, 2), Load(), at: Self.now)
        if let read = clients.next(of: &received, on: client, Load(), into: &effects) {
            clients.enqueueRead(read, on: client)
        }
        #expect(clients.takeDue(of: client, applied: .zero, into: &effects) == nil)
        #expect(clients.takeFirst(of: client).xid == 1)
        #expect(clients.takeDue(of: client, applied: .zero, into: &effects)?.xid == 2)
        #expect(client.waitingReads == 0 && clients.intake.bytes == 0)
    }

    @Test mutating func `get what they read before a write, room or not`() {
        let client = connect()
        client.isCrowded = true
        var received = ReceivedFrames(frames(.getData, 1), room: 0, arrivalMs: 0)
        if let read = received.takeRequest(8) { clients.enqueueRead(read, on: client) }
        #expect(clients.takeDue(of: client, applied: .zero, into: &effects) == nil)
        #expect(clients.takeBeforeWrite(of: client)?.xid == 1)
        #expect(clients.takeBeforeWrite(of: client) == nil)
    }

    @Test mutating func `ask a new leader again for what the former one had not done`() {
        let client = connect()
        var received = ReceivedFrames(frames(.sync, 1, 2), room: 0, arrivalMs: 0)
        for through in [1, 2] {
            if let sync = received.takeRequest(8) {
                clients.enqueue(.sync(.root, through: Zxid(rawValue: Int64(through))), sync, on: client)
            }
        }
        clients.forgetLeader(applied: Zxid(rawValue: 1))
        #expect(clients.takeDue(of: client, applied: Zxid(rawValue: 2), into: &effects)?.xid == 1)
        #expect(clients.takeDue(of: client, applied: Zxid(rawValue: 2), into: &effects) == nil)
    }

    @Test mutating func `leave no request behind when all are sent away`() {
        let client = connect()
        _ = take(frames(.setData, 1, 2), on: client)
        clients.closeAll(into: &effects)
        #expect(client.waiting.isEmpty && clients.intake.bytes == 0)
        #expect(actions() == [.close(client.id)])
    }
}
