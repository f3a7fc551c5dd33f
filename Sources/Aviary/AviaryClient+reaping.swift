internal import ClientCore

extension AviaryClient {
    /// Deletes what an order names, in this session; a session that is over has deleted it.
    func reap(_ order: Reaper.Order) async {
        while loop.board.report.generation == order.generation {
            do throws(AviaryError) {
                // What may still be under way is done or dead once a quorum has answered.
                try await prove(order.directory)
                for name in try await getChildren(order.directory).names where name.contains(order.mark) {
                    try await delete("\(order.directory)/\(name)", .insistentWrite, deadline: nil)
                }
                return
            } catch {
                switch error.code {
                case .connectionLoss, .deadlineExceeded: continue
                // Too much is asked for at once; the contender is in others' way for as long as it stands.
                case .queueFull, .throttled: try? await Task.sleep(for: .milliseconds(100))
                // Nothing there, or nobody to ask any more.
                default: return
                }
            }
        }
    }
}
