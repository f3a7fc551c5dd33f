internal import Console
internal import Host
internal import NIOCore
internal import Settings

/// Has requests answered by the node: numbers and tables are taken on the replica's loop, as for four-letter
/// words, and written down beside it.
struct AdminResponder: Sendable {
    /// A loop that has not turned for so long is taken for dead.
    static let turnTimeout = TimeAmount.seconds(10)

    let replicaLoop: NIOLoopBound<ReplicaLoop>
    let node: NodeFacts
    /// Whether more than the metrics is told at this port.
    var servesCommands = true

    func reply(to request: AdminRoute.Request, on loop: any EventLoop) -> EventLoopFuture<AdminReply> {
        guard servesCommands || request.target.hasPrefix("/metrics") else {
            return loop.makeSucceededFuture(AdminReply.text(.notFound, "Not Found\n"))
        }
        return switch AdminRoute(request, commandPath: node.settings.admin.commandPath) {
        case .index: loop.makeSucceededFuture(index)
        case .reply(let reply): loop.makeSucceededFuture(reply)
        case .command(let command, let name, let traceMask):
            answer(command, name, traceMask, request.authorization).hop(to: loop)
        case .metrics(let names):
            report([.metrics, .directories]) { report in
                let text = Exposition(report, names: names).text
                return AdminReply(contentType: AdminReply.expositionType, body: Array(text.utf8))
            }.hop(to: loop)
        case .live: withinLimit(probe { _ in true }, "live", on: loop)
        case .ready:
            withinLimit(probe { $0.state != nil && $0.state != .readOnly }, "ready", on: loop)
        }
    }

    private var index: AdminReply {
        let path = node.settings.admin.commandPath
        let names = AdminCommand.allCases.filter { !AdminCommand.own.contains($0) }.map(\.rawValue).sorted()
        let lines = names.map { "<a href=\"\(path)/\($0)\">\($0)</a>\n<br/>\n" }
        return AdminReply(body: Array(lines.joined().utf8))
    }

    private func answer(
        _ command: AdminCommand, _ name: String, _ traceMask: String?, _ authorization: String?
    ) -> EventLoopFuture<AdminReply> {
        let node = node
        return report(command.parts, before: { perform(command, traceMask, on: $0) }) { report in
            if command.needsAuthorization, report.state != nil,
                let refusal = AdminRoute.refusal(authorization, name)
            {
                return refusal
            }
            return command.reply(to: name, from: report, of: node, traceMask: traceMask)
        }
    }

    /// The commands that change something do so before they are answered.
    private func perform(_ command: AdminCommand, _ traceMask: String?, on replicaLoop: ReplicaLoop) {
        switch command {
        case .resetConnections: replicaLoop.resetStatistics(ofConnections: true)
        case .reset: replicaLoop.resetStatistics(ofConnections: false)
        case .setTraceMask:
            if let mask = traceMask.flatMap(Int64.init) { replicaLoop.info.traceMask = mask }
        default: break
        }
    }

    private func report(
        _ parts: NodeReport.Parts, before: @escaping @Sendable (ReplicaLoop) -> Void = { _ in },
        _ write: @escaping @Sendable (NodeReport) -> AdminReply
    ) -> EventLoopFuture<AdminReply> {
        let (replicaLoop, settings) = (replicaLoop, node.settings)
        return replicaLoop.eventLoop.flatSubmit {
            before(replicaLoop.value)
            // Numbers alone do not wait for others' lists, nor for a disk.
            if parts.isEmpty {
                return replicaLoop.eventLoop.makeSucceededFuture(write(replicaLoop.value.report()))
            }
            return replicaLoop.value.report(parts, settings: settings, write)
        }
    }

    /// The loop's own word, without waiting for lists that others ask for.
    private func probe(_ isWell: @escaping @Sendable (NodeReport) -> Bool) -> EventLoopFuture<Bool> {
        let replicaLoop = replicaLoop
        return replicaLoop.eventLoop.submit { isWell(replicaLoop.value.report()) }
    }

    private func withinLimit(
        _ probe: EventLoopFuture<Bool>, _ name: String, on loop: any EventLoop
    ) -> EventLoopFuture<AdminReply> {
        let promise = loop.makePromise(of: Bool?.self)
        let limit = loop.scheduleTask(in: AdminResponder.turnTimeout) { promise.succeed(nil) }
        // A promise keeps the first of its values.
        probe.hop(to: loop).map { Optional($0) }.cascade(to: promise)
        promise.futureResult.whenComplete { _ in limit.cancel() }
        return promise.futureResult.map { isWell in
            switch isWell {
            case .some(true): .text(.ok, "ok\n")
            case .some(false): .text(.unavailable, "not \(name): no writes are served\n")
            case nil: .text(.unavailable, "not \(name): the node does not turn\n")
            }
        }
    }
}
