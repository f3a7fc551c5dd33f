internal import Console
internal import DequeModule
internal import NIOCore
internal import NIOPosix
internal import Replica
internal import Settings
internal import Vocabulary

/// Makes the reports that hold lists, which are as long as load makes them: what they are made from is taken
/// on the loop, as it is or in pieces; sorted and written they are beside it. One at a time, since each holds
/// on to what it was made from.
///
/// Lives on the loop of the `ReplicaLoop`.
final class ListReports {
    /// Connections that are looked at in one turn.
    static let sliceCount = 512

    private unowned let replicaLoop: ReplicaLoop
    private var requests: Deque<Request> = []
    private var isBusy = false
    private var connections: [ListMaterial.Connection] = []

    private struct Request {
        let parts: NodeReport.Parts
        /// Makes the answer beside the loop, and hands it to who asked.
        let finish: @Sendable (ListMaterial) -> EventLoopFuture<Void>
    }

    init(replicaLoop: ReplicaLoop) {
        self.replicaLoop = replicaLoop
    }

    func make<Answer: Sendable>(
        _ parts: NodeReport.Parts, settings: NodeSettings,
        _ write: @escaping @Sendable (NodeReport) -> Answer
    ) -> EventLoopFuture<Answer> {
        let loop = replicaLoop.loop
        let promise = loop.makePromise(of: Answer.self)
        requests.append(
            Request(parts: parts) { material in
                let made = NIOThreadPool.singleton.runIfActive(eventLoop: loop) {
                    write(material.report(settings))
                }
                made.cascade(to: promise)
                return made.map { _ in }
            })
        if !isBusy { startNext() }
        return promise.futureResult
    }

    private func startNext() {
        guard let request = requests.popFirst() else {
            isBusy = false
            return
        }
        isBusy = true
        connections = []
        if request.parts.isDisjoint(with: [.connections, .watches]) {
            finish(request)
        } else {
            gather(from: 0, for: request)
        }
    }

    private func gather(from slot: Int, for request: Request) {
        let end = slot + ListReports.sliceCount
        for view in replicaLoop.inspect({ $0.connectionViews(inSlots: slot..<end) }) {
            connections.append(ListMaterial.Connection(view: view, port: replicaLoop.port(of: view.id)))
        }
        guard end < replicaLoop.clients.slotCount else { return finish(request) }
        let bound = NIOLoopBound((self, request), eventLoop: replicaLoop.loop)
        replicaLoop.loop.scheduleTask(in: ReplicaLoop.eventPause) {
            let (reports, request) = bound.value
            reports.gather(from: end, for: request)
        }
    }

    private func finish(_ request: Request) {
        let material = replicaLoop.inspect { replica in
            ListMaterial(of: replica, for: request.parts, connections: connections, replicaLoop: replicaLoop)
        }
        connections = []
        let bound = NIOLoopBound(self, eventLoop: replicaLoop.loop)
        request.finish(material).whenComplete { _ in bound.value.startNext() }
    }
}
