package import Vocabulary
internal import Zab

/// What may be seen of a replica from outside, for those who report on it.
extension Replica {
    package struct ConnectionView: Sendable {
        package let id: ConnectionID
        package let address: ByteString
        package let session: SessionID
        package let negotiatedTimeoutMs: Int32
        package let outstandingRequests: Int
        package let isPaused: Bool
        package let statistics: ConnectionStatistics
    }

    package var connectionViews: [ConnectionView] {
        connections.all.map { connection in
            ConnectionView(
                id: connection.id, address: connection.address, session: connection.session,
                negotiatedTimeoutMs: connection.negotiatedTimeoutMs,
                outstandingRequests: connection.waiting.count,
                isPaused: connection.isPaused, statistics: connection.statistics)
        }
    }

    /// Requests that were taken in and not answered yet.
    package var outstandingRequestCount: Int { broadcast.outstandingCount }

    /// The session a connection speaks for.
    package func session(of connection: ConnectionID) -> SessionID {
        connections[connection]?.session ?? .none
    }

    package var isServingClients: Bool { isServing }
}
