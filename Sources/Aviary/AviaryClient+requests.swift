internal import ClientCore
internal import NIOCore
internal import Vocabulary
internal import Wire

/// From a call to its answer.
extension AviaryClient {
    /// The kind of a call, for those who wonder whether it happened.
    enum Manner {
        case read
        case write
        /// A write that may be said twice, and is said until it is answered.
        case insistentWrite
        /// A write that is said once, and awaited though the task is cancelled.
        case steadyWrite
    }

    /// - Returns: The reply of a server that did it.
    func ask(
        _ opcode: OpCode, body: ByteBuffer, _ manner: Manner, _ operation: @autoclosure () -> String,
        watch: WatchRegistration? = nil
    ) async throws(AviaryError) -> ServerReply {
        let deadline = loop.board.now + configuration.deadline
        let reply = try await answer(
            opcode, body: body, manner, operation(), watch: watch, deadline: deadline)
        guard reply.error == 0 else { throw AviaryError(server: reply.error, operation: operation()) }
        return reply
    }

    /// - Parameter deadline: nil waits for as long as the client is there.
    /// - Returns: The reply of a server, whether it did it or not.
    func answer(
        _ opcode: OpCode, body: ByteBuffer, _ manner: Manner, _ operation: @autoclosure () -> String,
        watch: WatchRegistration? = nil, deadline: Duration?
    ) async throws(AviaryError) -> ServerReply {
        let resending: ClientRequest.Resending =
            switch manner {
            case .read: .always
            case .write, .steadyWrite: .never
            case .insistentWrite: .inSession
            }
        let request = ClientRequest(
            opcode, body: body, resending: resending, watch: watch, deadline: deadline)
        let canBeWithdrawn = manner == .read || manner == .write
        switch await loop.answer(canBeWithdrawn: canBeWithdrawn, { .ask($0, request) }) {
        case .success(let reply): return reply
        case .failure(let failure):
            throw AviaryError(failure, operation: operation(), isWrite: manner != .read)
        }
    }

    /// The path in the whole tree.
    ///
    /// - Parameter isPrefix: A name still gets a number at its end, and may be empty.
    func fullPath(
        _ path: String, _ operation: String, isPrefix: Bool = false
    ) throws(AviaryError) -> ZnodePath {
        guard ZnodePath(isPrefix ? path + "1" : path).isValid else { throw .badPath(path, operation) }
        return ZnodePath(path == "/" && !root.isEmpty && !isPrefix ? root : root + path)
    }

    /// As this client says it: without its root.
    func shownPath(_ path: ZnodePath) -> String {
        let shown = String(decoding: path.bytes.dropFirst(root.utf8.count), as: UTF8.self)
        return shown.isEmpty ? "/" : shown
    }

    static func encoded(path: ZnodePath?) -> ByteBuffer {
        var body = ByteBuffer()
        PathRequest(path: path).encode(into: &body)
        return body
    }

    /// The meaning of a reply; one without any is the server's fault.
    static func decode<Value>(
        _ reply: ServerReply, _ operation: @autoclosure () -> String,
        _ read: (inout JuteReader) throws(DecodingError) -> Value
    ) throws(AviaryError) -> Value {
        do throws(DecodingError) {
            var reader = JuteReader(reply.body.readableBytesSpan)
            return try read(&reader)
        } catch {
            throw AviaryError(.protocolViolation, .unknown, operation: operation())
        }
    }
}
