internal import Host
internal import Logbook
internal import Logging
internal import NIOCore
internal import Vocabulary

/// Far sockets as they come to the replica's loop: who of them is let in, what their words are answered, and
/// what they say otherwise to the replica.
///
/// Confined to the replica's loop.
final class Reception {
    private let replicaLoop: ReplicaLoop
    private let door: Door
    private let responder: FourLetterWordResponder
    private let inbox: SocketInbox
    private let orders: SocketOrders
    /// Sockets for which there is no descriptor to spare: they may say a word, and go.
    private var visitors: [ConnectionID: FarSocket] = [:]

    init(
        replicaLoop: ReplicaLoop, door: Door, responder: FourLetterWordResponder, inbox: SocketInbox,
        orders: SocketOrders
    ) {
        self.replicaLoop = replicaLoop
        self.door = door
        self.responder = responder
        self.inbox = inbox
        self.orders = orders
    }

    /// Takes in all that has come. What the replica wants done about it leaves at the end of it.
    func takeIn() {
        orders.gather {
            for batch in inbox.takeAll() {
                for event in batch { hear(event) }
            }
        }
    }

    private func hear(_ event: SocketEvent) {
        switch event {
        case .received(let id, let frames): receive(frames, from: id)
        case .took(let id, let bytes):
            if replicaLoop.farSocket(of: id)?.take(bytes) == true { replicaLoop.becameWritable(id) }
        case .opened(let id, let address, let port):
            open(FarSocket(id, address: address, port: port, orders: orders))
        case .certified(let id, let subject): certify(id, subject)
        case .closed(let id): close(id)
        case .spoke(let id, let word): answer(word, of: id)
        case .expecting(let id, let bytes):
            if replicaLoop.farSocket(of: id) != nil { replicaLoop.expect(bytes, from: id) }
            orders.append(.goOn(id))
        case .waits(let id): orders.append(.goOn(id))
        case .illegalLength(let id, let length): complain(ofLength: length, from: id)
        }
    }

    // MARK: Who is let in

    private func open(_ socket: FarSocket) {
        switch door.admissions.admit(socket.address) {
        case .welcome: replicaLoop.open(socket)
        case .refused:
            replicaLoop.info.refusedConnections += 1
            replicaLoop.complaints.warn("too many connections; refused", from: "\(socket.address)")
            socket.close()
        case .overflow:
            door.complainOfDescriptors(to: replicaLoop.complaints)
            visitors[socket.id] = socket
            door.stand(socket, on: replicaLoop.loop)
        }
    }

    /// A visitor's certificate waits with it.
    private func certify(_ id: ConnectionID, _ subject: [UInt8]) {
        if let visitor = visitors[id] {
            visitor.subject = subject
        } else if replicaLoop.farSocket(of: id) != nil {
            replicaLoop.certify(id, subject: subject)
        }
    }

    private func close(_ id: ConnectionID) {
        if let socket = replicaLoop.farSocket(of: id) {
            replicaLoop.close(id)
            door.admissions.release(socket.address)
        } else if let visitor = visitors.removeValue(forKey: id) {
            door.admissions.leave(visitor)
        }
    }

    // MARK: What they say

    private func receive(_ frames: ByteBuffer, from id: ConnectionID) {
        if !visitors.isEmpty { admitVisitor(id) }
        guard let socket = replicaLoop.farSocket(of: id), !socket.isClosing else { return }
        replicaLoop.receive(frames, from: id)
    }

    /// From one that found no place: there may be one by now.
    private func admitVisitor(_ id: ConnectionID) {
        guard let visitor = visitors.removeValue(forKey: id) else { return }
        door.admissions.leave(visitor)
        if door.admissions.admit(visitor.address) == .welcome {
            replicaLoop.open(visitor)
            if let subject = visitor.subject { replicaLoop.certify(id, subject: subject) }
        } else {
            visitor.close()
        }
    }

    private func answer(_ word: ByteBuffer, of id: ConnectionID) {
        if let visitor = visitors.removeValue(forKey: id) {
            door.admissions.leave(visitor)
        } else if replicaLoop.farSocket(of: id) == nil {
            // Refused, and being closed.
            return
        }
        switch responder.answer(word) {
        case .answer(let text): send(text, to: id)
        case .later(let text):
            if replicaLoop.farSocket(of: id) != nil { replicaLoop.beginWord(on: id) }
            text.assumeIsolated().whenSuccess { self.send($0, to: id) }
        case .undecided, .notAWord: orders.append(.close(id))
        }
    }

    /// An answer that is not read counts like what clients do not read.
    private func send(_ text: ByteBuffer, to id: ConnectionID) {
        orders.append(.answer(id, text))
        if replicaLoop.farSocket(of: id) != nil { replicaLoop.countUnreadAnswer(text.readableBytes, of: id) }
    }

    private func complain(ofLength length: Int32, from id: ConnectionID) {
        guard let socket = replicaLoop.farSocket(of: id) ?? visitors[id] else { return }
        replicaLoop.complaints.warn(
            "a frame of impossible length; closed", from: "\(socket.address)", ["length": "\(length)"])
    }
}

extension FarSocket: DoorVisitor {
    func sendAway() { close() }
}
