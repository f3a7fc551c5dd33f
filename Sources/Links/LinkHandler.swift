internal import Logbook
internal import Logging
internal import NIOCore

/// A connection between two servers as its socket sees it, whatever is said on it.
struct LinkState {
    var channel: (any Channel)?
    /// The other end's address, for the log.
    var remote = ""
    /// Bytes received and not parsed yet.
    var unparsed = ByteBuffer()
    /// Runs out when the other end has not said who it is.
    var handshake: Scheduled<Void>?
    /// Something is being written: what NIO reads inside that is not listened to.
    var isWriting = false
}

/// The handling that the connections of both ports have in common: unidentified ones are admitted for a time,
/// bytes are taken step by step, and a fault closes the connection with a complaint.
///
/// Confined to the event loop of its port.
protocol LinkHandler: ChannelInboundHandler where InboundIn == ByteBuffer {
    var linkState: LinkState { get set }
    var port: Port { get }
    /// Accepted, and has not said who it is.
    var isUnidentified: Bool { get }
    /// The connection is being closed: bytes that still come are dropped.
    var isClosed: Bool { get }

    /// Parses what has come, as far as it goes.
    func parse() throws(LinkFault)
    /// Closes, without another word to the owner.
    func close()
    /// The connection is over: tells the owner, later.
    func end()
}

extension LinkHandler {
    var channel: (any Channel)? { linkState.channel }
    var remote: String { linkState.remote }

    func handlerAdded(context: ChannelHandlerContext) {
        linkState.channel = context.channel
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        linkState.channel = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        linkState.remote = Port.text(of: context.remoteAddress)
        guard isUnidentified else { return }
        port.admit(context.channel)
        linkState.handshake = context.eventLoop.assumeIsolated().scheduleTask(in: port.handshakeTimeout) {
            if self.isUnidentified { self.fail("said nothing in time") }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        // NIO drains a socket on which a write failed, inside that write; it closes it next.
        guard !linkState.isWriting else {
            return context.eventLoop.assumeIsolated().execute { self.channel?.close(promise: nil) }
        }
        guard !isClosed else { return }
        linkState.unparsed.append(&bytes)
        do throws(LinkFault) {
            try parse()
        } catch {
            fail(error.reason)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Closes, and complains.
    func fail(_ reason: String) {
        guard !isClosed else { return }
        port.complaints.warn(
            "\(port.name) connection closed", from: Port.host(of: channel?.remoteAddress),
            ["reason": "it \(reason)", "remote": "\(remote)"])
        let channel = channel
        end()
        channel?.close(promise: nil)
    }
}
