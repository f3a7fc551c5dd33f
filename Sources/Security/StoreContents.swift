internal import COpenSSL
internal import Settings

/// Certificates and the key of a file, whichever of its forms it has: its first bytes say which, as in Java.
struct StoreContents {
    var certificates: [Certificate] = []
    var key: PrivateKey?

    /// The certificate that the key belongs to, wherever it stands.
    var leaf: Certificate? {
        guard let key else { return nil }
        return certificates.first { X509_check_private_key($0.pointer, key.pointer) == 1 }
    }

    /// - Throws: `TLSFault` that names the file and what would open it.
    init(_ store: TLSSettings.Store) throws(TLSFault) {
        let bytes = try store.bytes()
        let password = try store.readPassword()
        ERR_clear_error()
        switch bytes.prefix(4) {
        case [0xFE, 0xED, 0xFE, 0xED]: throw store.javaStore("JKS")
        case [0xCE, 0xCE, 0xCE, 0xCE]: throw store.javaStore("JCEKS")
        case let start where start.first == 0x30: try readPKCS12(bytes, password, store)
        default: try readPEM(bytes, password, store)
        }
        guard !certificates.isEmpty else {
            throw store.fault("there is no certificate in it", "put PEM certificates into it, or PKCS12")
        }
    }

    private mutating func readPEM(
        _ bytes: [UInt8], _ password: String?, _ store: TLSSettings.Store
    ) throws(TLSFault) {
        let blocks = Bytes.reading(bytes)
        defer { BIO_free(blocks) }
        // Nobody is asked for a password at the terminal.
        while let certificate = PEM_read_bio_X509(blocks, nil, { _, _, _, _ in 0 }, nil) {
            certificates.append(Certificate(owning: certificate))
        }
        guard tls_is_end_of_blocks() == 1 else {
            throw store.fault(
                "its certificate \(certificates.count + 1) is broken: \(OpenSSLError.take())",
                "put whole certificates into it")
        }
        guard String(decoding: bytes, as: UTF8.self).contains("PRIVATE KEY-----") else { return }
        let keys = Bytes.reading(bytes)
        defer { BIO_free(keys) }
        ERR_clear_error()
        let key = (password ?? "").withCString {
            PEM_read_bio_PrivateKey(keys, nil, nil, UnsafeMutableRawPointer(mutating: $0))
        }
        guard let key else { throw store.notOpened(password) }
        self.key = PrivateKey(owning: key)
    }

    private mutating func readPKCS12(
        _ bytes: [UInt8], _ password: String?, _ store: TLSSettings.Store
    ) throws(TLSFault) {
        let file = Bytes.reading(bytes)
        defer { BIO_free(file) }
        guard let archive = d2i_PKCS12_bio(file, nil) else {
            throw store.fault(
                "it is neither PEM nor PKCS12", "give it as PEM, as `openssl pkcs12 -nodes` writes it")
        }
        defer { PKCS12_free(archive) }
        var key: OpaquePointer?
        var leaf: OpaquePointer?
        var others: OpaquePointer?
        let parsed = PKCS12_parse(archive, password ?? "", &key, &leaf, &others)
        if let key { self.key = PrivateKey(owning: key) }
        if let leaf { certificates.append(Certificate(owning: leaf)) }
        if let others {
            for index in 0..<tls_count(others) {
                guard let certificate = tls_certificate(others, index), X509_up_ref(certificate) == 1
                else { continue }
                certificates.append(Certificate(owning: certificate))
            }
            tls_free(others)
        }
        guard parsed == 1 else {
            // The ciphers of Java 8 and of `openssl pkcs12 -legacy`.
            guard PKCS12_verify_mac(archive, password ?? "", -1) == 1 else { throw store.notOpened(password) }
            throw store.fault(
                "it is encrypted in a way that this machine's OpenSSL has switched off",
                "write it anew: openssl pkcs12 -legacy -in OLD -nodes -out NEW.pem, and name NEW.pem")
        }
    }
}

/// OpenSSL's readers of bytes in memory.
enum Bytes {
    static func reading(_ bytes: [UInt8]) -> OpaquePointer? {
        guard let all = BIO_new(BIO_s_mem()) else { return nil }
        BIO_write(all, bytes, CInt(bytes.count))
        return all
    }
}

extension TLSSettings.Store {
    func fault(_ problem: String, _ remedy: String) -> TLSFault {
        TLSFault(entry: "\(key)=\(location)", problem: problem, remedy: remedy)
    }

    fileprivate func javaStore(_ type: String) -> TLSFault {
        fault(
            "it is a \(type) store, which only Java reads",
            "convert it: keytool -importkeystore -srckeystore \(location) -srcstoretype \(type) "
                + "-destkeystore NEW.p12 -deststoretype PKCS12, and name NEW.p12")
    }

    fileprivate func notOpened(_ password: String?) -> TLSFault {
        let group = key.dropLast(".location".count)
        guard password != nil else {
            return fault("it needs a password", "name the file that has it in \(group).passwordPath")
        }
        let source = passwordPath.map { "\(group).passwordPath=\($0)" } ?? "\(group).password"
        return fault(
            "the password of \(source) does not open it", "correct the password; a blank at its end counts")
    }

    fileprivate func bytes() throws(TLSFault) -> [UInt8] {
        switch FileContents(path: location) {
        case .bytes(let bytes): return bytes
        case .missing: throw fault("there is no such file", "correct the path")
        case .unreadable(let reason): throw fault("it cannot be read: \(reason)", "check its permissions")
        }
    }

    /// The password without one line end behind it, as Apache takes it.
    fileprivate func readPassword() throws(TLSFault) -> String? {
        guard let passwordPath else { return password?.text }
        let entry = "\(key.dropLast(".location".count)).passwordPath=\(passwordPath)"
        switch FileContents(path: passwordPath) {
        case .bytes(let bytes):
            var text = bytes[...]
            if text.last == UInt8(ascii: "\n") { text.removeLast() }
            if text.last == UInt8(ascii: "\r") { text.removeLast() }
            return String(decoding: text, as: UTF8.self)
        case .missing:
            throw TLSFault(entry: entry, problem: "there is no such file", remedy: "correct the path")
        case .unreadable(let reason):
            throw TLSFault(
                entry: entry, problem: "it cannot be read: \(reason)", remedy: "check its permissions")
        }
    }
}
