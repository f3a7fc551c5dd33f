package import NIOCore
package import Vocabulary

/// The number of a request while its answer is awaited.
package struct RequestID: Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }
}

/// One request as the session sends it: already encoded, with what must be known of it on the way.
package struct ClientRequest: Sendable {
    /// The fate of a request that was sent and whose connection was lost.
    package enum Resending: Sendable {
        /// A read: the answer of any connection will do, of the next session as well.
        case always
        /// A write that says the same when said twice, such as the deletion of a name with a uuid in it: sent
        /// in every connection of its session until it is answered.
        case inSession
        /// Any other write: it may have happened, and is never said again.
        case never
    }

    package var opcode: OpCode
    /// The record behind the header.
    package var body: ByteBuffer
    package var resending: Resending
    /// The watch that its success leaves at the server.
    package var watch: WatchRegistration?
    /// When its caller no longer waits, since the client was made; nil waits for ever.
    package var deadline: Duration?

    package init(
        _ opcode: OpCode, body: ByteBuffer, resending: Resending, watch: WatchRegistration? = nil,
        deadline: Duration? = nil
    ) {
        self.opcode = opcode
        self.body = body
        self.resending = resending
        self.watch = watch
        self.deadline = deadline
    }

    /// Length, header and record.
    var frameBytes: Int { 12 + body.readableBytes }
}

/// The answer of a server to one request.
package struct ServerReply: Equatable, Sendable {
    package var zxid: Zxid
    /// 0, or why the server did not do it.
    package var error: Int32
    /// The record behind the header.
    package var body: ByteBuffer

    package init(zxid: Zxid, error: Int32, body: ByteBuffer) {
        self.zxid = zxid
        self.error = error
        self.body = body
    }
}

/// Why a request has no answer.
package struct RequestFailure: Error, Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        case connectionLoss
        case deadlineExceeded
        case cancelled
        case queueFull
        case frameTooLarge
        case sessionExpired
        case authenticationFailed
        case closed
    }

    package var reason: Reason
    /// Whether a server may have got it.
    package var wasSent: Bool

    package init(_ reason: Reason, wasSent: Bool) {
        self.reason = reason
        self.wasSent = wasSent
    }
}
