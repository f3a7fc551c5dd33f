internal import Host
internal import NIOCore
internal import NIOHTTP1

/// One connection to the admin server: reads requests, has them answered and writes the answers, one at a
/// time and in order, which is what NIO's pipeline sees to.
///
/// Lives on the admin server's event loop.
final class AdminHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private static let pieceBytes = 64 << 10

    private let responder: AdminResponder
    private var head: HTTPRequestHead?

    init(_ responder: AdminResponder) {
        self.responder = responder
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        // No command reads a body yet: what comes is dropped, and never gathered.
        case .body: break
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context)
        }
    }

    /// A client that is silent, or does not take its answer.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        if head.version == .http1_1, head.headers["host"].isEmpty {
            let reply = AdminReply.text(.badRequest, "No Host\n")
            return write(reply, to: head, context, keepsAlive: false)
        }
        let request = AdminRoute.Request(
            method: head.method.rawValue, target: head.uri,
            authorization: head.headers["authorization"].first)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        responder.reply(to: request, on: context.eventLoop).whenComplete { result in
            let (handler, context) = bound.value
            guard context.channel.isActive else { return }
            switch result {
            case .success(let reply):
                handler.write(reply, to: head, context, keepsAlive: head.isKeepAlive)
            case .failure: context.close(promise: nil)
            }
        }
    }

    private func write(
        _ reply: AdminReply, to head: HTTPRequestHead, _ context: ChannelHandlerContext, keepsAlive: Bool
    ) {
        var headers = HTTPHeaders()
        if let type = reply.contentType { headers.add(name: "Content-Type", value: type) }
        if let allowed = reply.allowed { headers.add(name: "Allow", value: allowed) }
        headers.add(name: "Content-Length", value: "\(reply.body.count)")
        headers.add(name: "X-Content-Type-Options", value: "nosniff")
        headers.add(name: "Server", value: "Aviary")
        if !keepsAlive {
            headers.add(name: "Connection", value: "close")
        } else if head.version == .http1_0 {
            headers.add(name: "Connection", value: "keep-alive")
        }
        let status = HTTPResponseStatus(statusCode: reply.status.rawValue)
        let responseHead = HTTPResponseHead(version: head.version, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(responseHead)), promise: nil)
        var body = ByteBuffer(bytes: head.method == .HEAD ? [] : reply.body)
        // In pieces: each that is taken shows that a client which reads a long answer is not idle.
        while let piece = body.readSlice(length: min(body.readableBytes, AdminHandler.pieceBytes)),
            piece.readableBytes > 0
        {
            context.write(wrapOutboundOut(.body(.byteBuffer(piece))), promise: nil)
        }
        let written = context.eventLoop.makePromise(of: Void.self)
        if !keepsAlive {
            let channel = context.channel
            written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }
}
