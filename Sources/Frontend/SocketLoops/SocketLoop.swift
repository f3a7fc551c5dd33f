internal import Host
internal import NIOCore
internal import Vocabulary

/// An event loop of clients' sockets that is not the replica's: the sockets by their slots, what happened at
/// them in this turn, and what the replica's loop wants done.
///
/// Confined to its event loop. What a turn brings leaves as one batch, once every socket that had something
/// was read.
final class SocketLoop {
    private let eventLoop: any EventLoop
    private let inbox: SocketInbox
    /// Makes the replica's loop look into the inbox; set before the first socket comes.
    var wake: () -> Void = {}
    private let number: Int
    private let loopCount: Int
    /// By their slots, of which every `loopCount`th is this loop's.
    private var handlers: [FarClientHandler?] = []
    /// Places in `handlers` whose sockets are closed.
    private var freePlaces: [Int] = []
    private var generation: UInt32 = 0
    private var events: [SocketEvent] = []

    /// - Parameter number: Of the loop, among `count`.
    init(_ number: Int, of count: Int, on eventLoop: any EventLoop, inbox: SocketInbox) {
        self.eventLoop = eventLoop
        self.inbox = inbox
        self.number = number
        loopCount = count
    }

    // MARK: Sockets

    func open(_ handler: FarClientHandler) -> ConnectionID {
        let place = freePlaces.popLast() ?? handlers.count
        if place == handlers.count { handlers.append(nil) }
        handlers[place] = handler
        generation &+= 1
        return ConnectionID(slot: place * loopCount + number, generation: generation)
    }

    /// The slot is another socket's from now on; that one's events come behind this one's in the batch.
    func close(_ id: ConnectionID) {
        report(.closed(id))
        handlers[id.slot / loopCount] = nil
        freePlaces.append(id.slot / loopCount)
    }

    private func handler(of id: ConnectionID) -> FarClientHandler? {
        guard let handler = handlers[id.slot / loopCount], handler.id == id else { return nil }
        return handler
    }

    // MARK: To the replica's loop

    func report(_ event: SocketEvent) {
        events.append(event)
        guard events.count == 1 else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { bound.value.post() }
    }

    private func post() {
        var batch: [SocketEvent] = []
        swap(&batch, &events)
        if inbox.post(batch) { wake() }
    }

    // MARK: From the replica's loop

    /// Carries out a batch, and then gives the system what was written to each socket at once.
    func carryOut(_ orders: [SocketOrder]) {
        var written: [FarClientHandler] = []
        for order in orders {
            guard let handler = handler(of: order.connection) else { continue }
            switch order {
            case .write(_, let bytes):
                if handler.write(bytes) { written.append(handler) }
            case .pause: handler.pause()
            case .resume: handler.resume()
            case .goOn: handler.goOn()
            case .end: handler.end()
            case .close: handler.close()
            case .answer(_, let text): handler.answer(text)
            }
        }
        for handler in written { handler.flush() }
    }
}
