internal import ClientCore
internal import NIOCore
internal import Vocabulary
internal import Wire

/// Streams of changes.
extension AviaryClient {
    /// The znode now, and after each change of its data; nil while it is not there.
    public func values(of path: String) throws(AviaryError) -> StateSequence<Znode> {
        StateSequence(path: try fullPath(path, "values"), loop: loop) { () throws(AviaryError) -> Znode? in
            try await self.watched(.getData, .data, path) { reply, operation throws(AviaryError) in
                try Self.znode(reply, operation)
            }
        }
    }

    /// The znode's children now, and after each change of the list; nil while it is not there.
    public func children(of path: String) throws(AviaryError) -> StateSequence<Children> {
        StateSequence(path: try fullPath(path, "children"), loop: loop) {
            () throws(AviaryError) -> Children? in
            try await self.watched(.getChildren2, .children, path) { reply, operation throws(AviaryError) in
                try Self.children(reply, operation)
            }
        }
    }

    /// All changes from now on: the server watches when this returns.
    ///
    /// - Parameter buffer: How many of them a slow reader may be behind, before a gap stands for them.
    /// - Throws: `unimplemented`, where a server is too old to watch for long.
    public func events(
        at path: String, _ mode: WatchMode = .znode, buffer: Int = 1024
    ) async throws(AviaryError) -> EventSequence {
        let full = try fullPath(path, "events")
        let isRecursive = mode == .recursive
        let events = EventBuffer(eventsMax: buffer, rootBytes: root.utf8.count)
        let subscription = Subscription(events, at: full, isRecursive: isRecursive, of: loop)
        var body = ByteBuffer()
        AddWatchRequest(path: full, mode: isRecursive ? 1 : 0).encode(into: &body)
        let watch = WatchRegistration(isRecursive ? .recursive : .persistent, at: full)
        _ = try await ask(.addWatch, body: body, .read, "addWatch \(path)", watch: watch)
        return EventSequence(buffer: events, subscription: subscription)
    }
}
