package import NIOCore
internal import NIOPosix
package import Vocabulary
internal import Wire

/// Questions that Aviary's servers ask each other beside elections (`PeerQuestion`).
extension ElectionLinks {
    /// Asks a server one question, on a connection of its own.
    ///
    /// - Returns: Fails where it cannot be reached, does not know such questions, or says nothing in time.
    package func ask(_ peer: PeerID, _ question: ByteBuffer) -> EventLoopFuture<ByteBuffer> {
        loop.assertInEventLoop()
        guard let address = members[peer] else {
            return loop.makeFailedFuture(LinkFault("has no address"))
        }
        var bytes = ByteBuffer()
        PeerQuestion(peer: me, question: question).encode(into: &bytes)
        let answer = loop.makePromise(of: ByteBuffer.self)
        port.dial(address.host, address.electionPort, timeout: connectTimeout) {
            QuestionHandler(bytes, answer)
        }
        .whenFailure { answer.fail($0) }
        let limit = loop.assumeIsolated().scheduleTask(in: port.handshakeTimeout) {
            answer.fail(LinkFault("did not answer in time"))
        }
        answer.futureResult.assumeIsolated().whenComplete { _ in limit.cancel() }
        return answer.futureResult
    }

    func asked(_ handler: ElectionHandler, _ question: PeerQuestion) {
        let peer = question.peer
        guard !isClosed, let whenAsked, peer != me, members[peer] != nil, answered.insert(peer).inserted
        else { return handler.close() }
        whenAsked(question.question).hop(to: loop).assumeIsolated().whenComplete { result in
            self.answered.remove(peer)
            switch result {
            case .success(let answer): handler.sendLast(PeerQuestion.frame(answer))
            case .failure: handler.close()
            }
        }
    }
}

/// The asker's side of one question: says it, takes one answer, closes.
///
/// Confined to the loop of its port.
private final class QuestionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let question: ByteBuffer
    private let answer: EventLoopPromise<ByteBuffer>
    private var received = ByteBuffer()

    init(_ question: ByteBuffer, _ answer: EventLoopPromise<ByteBuffer>) {
        self.question = question
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(question), promise: nil)
        let channel = context.channel
        answer.futureResult.whenComplete { _ in channel.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.append(&bytes)
        do throws(DecodingError) {
            if let whole = try PeerQuestion.answer(from: &received) { answer.succeed(whole) }
        } catch {
            answer.fail(error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer.fail(LinkFault("closed the connection without an answer: none of Aviary's, or an older one"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer.fail(error)
        context.close(promise: nil)
    }
}
