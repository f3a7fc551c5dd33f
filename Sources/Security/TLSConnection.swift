internal import COpenSSL
internal import NIOCore

/// One connection of OpenSSL, between two pipes in memory: bytes of the socket go in and come out by hand.
///
/// Confined to its socket's event loop.
final class TLSConnection {
    enum Progress {
        case done
        /// Needs more bytes of the peer.
        case wantsMore
        /// In OpenSSL's words.
        case failed(String)
    }

    enum Role: Sendable {
        case accepting
        /// Always asks the other side for a certificate that is believed.
        case dialing
    }

    /// Bytes of a record's content.
    private static let recordBytes = 16 << 10

    private let ssl: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer

    init(_ material: TLSMaterial, as role: Role) {
        // OpenSSL fails here only where there is no memory, which ends the process anyway.
        guard let ssl = SSL_new(material.context), let incoming = tls_open_pipe(),
            let outgoing = tls_open_pipe()
        else { preconditionFailure("OpenSSL has no memory for a connection") }
        self.ssl = ssl
        self.incoming = incoming
        self.outgoing = outgoing
        SSL_set_bio(ssl, incoming, outgoing)
        switch role {
        case .accepting: SSL_set_accept_state(ssl)
        case .dialing:
            SSL_set_connect_state(ssl)
            SSL_set_verify(ssl, SSL_VERIFY_PEER, nil)
        }
    }

    deinit { SSL_free(ssl) }

    /// Bytes of the socket.
    func receive(_ bytes: ByteBuffer) {
        _ = bytes.withUnsafeReadableBytes { BIO_write(incoming, $0.baseAddress, CInt($0.count)) }
    }

    /// Whether there is something for the socket.
    var hasOutput: Bool { BIO_ctrl_pending(outgoing) > 0 }

    /// Takes what is for the socket.
    func takeOut(into bytes: inout ByteBuffer) {
        let count = BIO_ctrl_pending(outgoing)
        guard count > 0 else { return }
        bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: count) {
            max(0, Int(BIO_read(outgoing, $0.baseAddress, CInt(count))))
        }
    }

    func shakeHands() -> Progress {
        ERR_clear_error()
        return progress(SSL_do_handshake(ssl))
    }

    /// Reads all that there is. `done` once the peer has said that no more will come.
    func read(into bytes: inout ByteBuffer) -> Progress {
        while true {
            ERR_clear_error()
            var got: CInt = 0
            let known = BIO_ctrl_pending(incoming) + Int(SSL_pending(ssl))
            let pending = min(known, TLSConnection.recordBytes)
            bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: max(pending, 1)) {
                got = SSL_read(ssl, $0.baseAddress, CInt(min($0.count, TLSConnection.recordBytes)))
                return max(0, Int(got))
            }
            guard got > 0 else { return progress(got) }
        }
    }

    /// - Returns: Whether OpenSSL took it, as it does unless the connection is broken.
    func write(_ bytes: ByteBuffer) -> Bool {
        ERR_clear_error()
        return bytes.withUnsafeReadableBytes { SSL_write(ssl, $0.baseAddress, CInt($0.count)) } > 0
    }

    func sayGoodbye() {
        ERR_clear_error()
        SSL_shutdown(ssl)
        ERR_clear_error()
    }

    /// The encoded subject of the peer's certificate; nil without one.
    var peerSubject: [UInt8]? {
        guard let certificate = SSL_get1_peer_certificate(ssl) else { return nil }
        defer { X509_free(certificate) }
        return Certificate.subject(of: certificate)
    }

    /// Whether the peer's certificate names one of these hosts or addresses.
    func isPeerNamed(oneOf names: [String]) -> Bool {
        guard let certificate = SSL_get1_peer_certificate(ssl) else { return false }
        defer { X509_free(certificate) }
        return names.contains { name in
            X509_check_host(certificate, name, 0, 0, nil) == 1 || X509_check_ip_asc(certificate, name, 0) == 1
        }
    }

    private func progress(_ result: CInt) -> Progress {
        if result > 0 { return .done }
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wantsMore
        case SSL_ERROR_ZERO_RETURN: return .done
        default:
            let verified = SSL_get_verify_result(ssl)
            let reason = OpenSSLError.take()
            guard verified != Int(X509_V_OK), let text = X509_verify_cert_error_string(verified) else {
                return .failed(reason)
            }
            return .failed("\(reason): \(String(cString: text))")
        }
    }
}
