import COpenSSL
import NIOCore
import NIOEmbedded
import Settings
import Testing

@testable import Security

/// OpenSSL's client, by hand.
private final class Peer {
    private let context = SSL_CTX_new(TLS_client_method())
    private let ssl: OpaquePointer?
    private let incoming = tls_open_pipe()
    private let outgoing = tls_open_pipe()

    init(certificate: String?, key: String?) {
        if let certificate, let key {
            SSL_CTX_use_certificate_chain_file(context, certificate)
            SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM)
        }
        ssl = SSL_new(context)
        SSL_set_bio(ssl, incoming, outgoing)
        SSL_set_connect_state(ssl)
    }

    deinit {
        SSL_free(ssl)
        SSL_CTX_free(context)
    }

    /// Goes on with the handshake, and gives what is for the server.
    func proceed() -> ByteBuffer {
        ERR_clear_error()
        SSL_do_handshake(ssl)
        return taken
    }

    func say(_ text: String) -> ByteBuffer {
        SSL_write(ssl, text, CInt(text.utf8.count))
        return taken
    }

    func sayGoodbye() -> ByteBuffer {
        SSL_shutdown(ssl)
        return taken
    }

    private var taken: ByteBuffer {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = BIO_read(outgoing, &bytes, CInt(bytes.count))
        return ByteBuffer(bytes: bytes.prefix(max(0, Int(count))))
    }

    func hear(_ bytes: ByteBuffer) {
        _ = bytes.withUnsafeReadableBytes { BIO_write(incoming, $0.baseAddress, CInt($0.count)) }
    }

    /// What the next record holds; nil at its end.
    func record() -> String? {
        ERR_clear_error()
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = SSL_read(ssl, &bytes, CInt(bytes.count))
        return count > 0 ? String(decoding: bytes.prefix(Int(count)), as: UTF8.self) : nil
    }

    var hasHeardGoodbye: Bool { SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN != 0 }
}

/// Hears what comes through.
private final class Listening: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    var heard = ""
    var isActive = false
    var hasEnded = false

    func channelActive(context: ChannelHandlerContext) { isActive = true }
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heard += String(buffer: unwrapInboundIn(data))
    }
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { hasEnded = true }
    }
}

@Suite struct `A socket with TLS` {
    private let certificates: Certificates
    private let channel = EmbeddedChannel()
    private let listening = Listening()
    private final class Outcome {
        var subject: [UInt8]?
        var failure: TLSFailure?
    }
    private let outcome = Outcome()

    init() throws {
        certificates = try Certificates()
        try certificates.make("server")
        try certificates.make("client")
        try certificates.make("stranger")
        try certificates.join("server.key", "server.crt", as: "server.pem")
    }

    private func accept(_ name: String?) throws -> Peer {
        let settings = TLSSettings(
            keyStore: TLSSettings.Store(key: "k", location: certificates.path("server.pem")),
            trustStore: TLSSettings.Store(key: "t", location: certificates.path("client.crt")))
        let (listening, outcome) = (listening, outcome)
        let handler = TLSHandler(try TLSMaterial(settings)) { channel, peer in
            outcome.subject = peer.subject
            try channel.pipeline.syncOperations.addHandler(listening)
        } whenFailed: { failure, _ in
            outcome.failure = failure
        }
        try channel.pipeline.syncOperations.addHandler(handler)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return Peer(
            certificate: name.map { certificates.path("\($0).crt") },
            key: name.map { certificates.path("\($0).key") })
    }

    private func exchange(_ peer: Peer) throws {
        for _ in 0..<4 where channel.isActive {
            _ = try? channel.writeInbound(peer.proceed())
            while let bytes = try channel.readOutbound(as: ByteBuffer.self) { peer.hear(bytes) }
        }
    }

    @Test func `is heard of once the peer is believed`() throws {
        let peer = try accept("client")
        #expect(!listening.isActive)
        try exchange(peer)
        #expect(listening.isActive && outcome.failure == nil)
        #expect(outcome.subject?.isEmpty == false)
        try channel.writeInbound(peer.say("hello"))
        #expect(listening.heard == "hello")
    }

    @Test(arguments: [nil, "stranger"]) func `is closed where nobody is believed`(name: String?) throws {
        try exchange(try accept(name))
        #expect(!listening.isActive && !channel.isActive)
        #expect(outcome.failure != nil)
    }

    @Test func `is closed where no handshake comes`() throws {
        _ = try accept("client")
        channel.embeddedEventLoop.advanceTime(by: .seconds(11))
        #expect(!channel.isActive && outcome.failure == .late)
    }

    @Test func `is closed where no TLS is spoken`() throws {
        _ = try accept("client")
        _ = try? channel.writeInbound(ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n"))
        #expect(!channel.isActive && outcome.failure != nil)
    }

    @Test func `sends each piece as a record, and a turn's in one write`() throws {
        let peer = try accept("client")
        try exchange(peer)
        for piece in ["one", "two", "three"] { channel.write(ByteBuffer(string: piece), promise: nil) }
        channel.flush()
        peer.hear(try #require(try channel.readOutbound(as: ByteBuffer.self)))
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
        #expect(
            [peer.record(), peer.record(), peer.record(), peer.record()] == ["one", "two", "three", nil])
    }

    @Test func `carries what is larger than a record, in pieces of any size`() throws {
        let peer = try accept("client")
        try exchange(peer)
        let text = String(repeating: "0123456789", count: 3000)
        var bytes = peer.say(text)
        while let piece = bytes.readSlice(length: min(997, bytes.readableBytes)), piece.readableBytes > 0 {
            try channel.writeInbound(piece)
        }
        #expect(listening.heard == text)
        try channel.writeOutbound(ByteBuffer(string: text))
        peer.hear(try #require(try channel.readOutbound(as: ByteBuffer.self)))
        #expect((peer.record() ?? "") + (peer.record() ?? "") == text)
    }

    @Test func `ends with a word on both sides`() throws {
        let peer = try accept("client")
        try exchange(peer)
        try channel.writeInbound(peer.sayGoodbye())
        #expect(listening.hasEnded)
        channel.close(mode: .all, promise: nil)
        if let bytes = try channel.readOutbound(as: ByteBuffer.self) { peer.hear(bytes) }
        _ = peer.record()
        #expect(peer.hasHeardGoodbye)
    }

    @Test func `is closed where a record was changed on the way`() throws {
        let peer = try accept("client")
        try exchange(peer)
        var bytes = peer.say("hello")
        bytes.setInteger(
            bytes.getInteger(at: bytes.writerIndex - 1, as: UInt8.self)! ^ 1, at: bytes.writerIndex - 1)
        _ = try? channel.writeInbound(bytes)
        #expect(!channel.isActive && listening.heard.isEmpty)
    }
}
