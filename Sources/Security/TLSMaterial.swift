internal import COpenSSL
package import Settings

/// Keys, certificates and rules of a port with TLS, as its files had them when it was made. Connections keep
/// the one they began with.
///
/// `@unchecked Sendable`: OpenSSL's context is not changed once it is made, and counts its users with
/// atomics.
package final class TLSMaterial: @unchecked Sendable {
    let context: OpaquePointer
    /// Seconds until the server's own certificate ran out, when it was read.
    package let secondsLeft: Int

    /// - Throws: `TLSFault` for whatever would make connections fail.
    package init(_ settings: TLSSettings) throws(TLSFault) {
        let own = try StoreContents(settings.keyStore)
        let trusted = try settings.trustStore.map { store throws(TLSFault) in try StoreContents(store) }
        guard let context = SSL_CTX_new(TLS_method()) else {
            throw settings.keyStore.fault(
                "OpenSSL gives no context: \(OpenSSLError.take())", "look at openssl.cnf")
        }
        self.context = context
        secondsLeft = own.leaf?.secondsLeft ?? 0
        TLSMaterial.setRules(context)
        try settings.limitVersions(context)
        try settings.limitSuites(context)
        try TLSMaterial.use(own, of: settings.keyStore, context)
        if let trusted {
            TLSMaterial.trust(trusted.certificates, context)
        }
        switch settings.clientAuth {
        case .none: SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
        case .want: SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        case .need:
            SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        }
    }

    deinit { SSL_CTX_free(context) }

    /// No session is resumed: a certificate that is not believed any more would live on in it, and tickets
    /// are records that wake kazoo's and C clients' `select` without a frame.
    private static func setRules(_ context: OpaquePointer) {
        tls_keep_no_sessions(context)
        tls_release_idle_buffers(context)
        tls_set_options(context)
    }

    private static func use(
        _ own: StoreContents, of store: TLSSettings.Store, _ context: OpaquePointer
    ) throws(TLSFault) {
        guard let key = own.key else {
            throw store.fault("there is no private key in it", "put the key into the same file")
        }
        guard let leaf = own.leaf else {
            throw store.fault(
                "its key belongs to none of its certificates", "put the certificate of that key into it")
        }
        ERR_clear_error()
        let chain = tls_chain()
        defer { tls_free(chain) }
        for certificate in own.certificates where certificate !== leaf {
            tls_append(chain, certificate.pointer)
        }
        guard SSL_CTX_use_cert_and_key(context, leaf.pointer, key.pointer, chain, 1) == 1 else {
            throw store.fault(
                "OpenSSL does not take its certificate: \(OpenSSLError.take())",
                "use an RSA key of 2048 bits or more, or one on P-256")
        }
    }

    /// Every certificate of the store is believed, also one that another signed; clients choose theirs by the
    /// names that they are told.
    private static func trust(_ certificates: [Certificate], _ context: OpaquePointer) {
        let anchors = SSL_CTX_get_cert_store(context)
        for certificate in certificates {
            X509_STORE_add_cert(anchors, certificate.pointer)
            SSL_CTX_add_client_CA(context, certificate.pointer)
        }
        X509_STORE_set_flags(anchors, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    }
}

extension TLSSettings {
    fileprivate func limitVersions(_ context: OpaquePointer) throws(TLSFault) {
        let least = versions.contains(.tls12) ? TLS1_2_VERSION : TLS1_3_VERSION
        let most = versions.contains(.tls13) ? TLS1_3_VERSION : TLS1_2_VERSION
        guard tls_set_versions(context, least, most) == 1 else {
            throw TLSFault(
                entry:
                    "\(prefix)enabledProtocols=\(versions.map(\.rawValue).sorted().joined(separator: ","))",
                problem: "this machine's OpenSSL does not speak them", remedy: "leave the key out")
        }
    }

    fileprivate func limitSuites(_ context: OpaquePointer) throws(TLSFault) {
        guard !cipherSuites.isEmpty else { return }
        let entry = "\(prefix)ciphersuites=\(cipherSuites.joined(separator: ","))"
        var older: [String] = []
        var newer: [String] = []
        for suite in cipherSuites {
            guard let name = OpenSSLCipher.name(ofStandard: suite) else {
                throw TLSFault(
                    entry: entry, problem: "OpenSSL has no suite \(suite)",
                    remedy: "leave it out; `openssl ciphers -stdname` lists those that there are")
            }
            if name.hasPrefix("TLS_") { newer.append(name) } else { older.append(name) }
        }
        if versions.contains(.tls13) { SSL_CTX_set_ciphersuites(context, newer.joined(separator: ":")) }
        if !older.isEmpty { SSL_CTX_set_cipher_list(context, older.joined(separator: ":")) }
        guard !(newer.isEmpty && !versions.contains(.tls12)), !(older.isEmpty && !versions.contains(.tls13))
        else {
            throw TLSFault(
                entry: entry, problem: "none of them is of a version that is spoken",
                remedy: "name some of that version, or leave the key out")
        }
        // A version without any suite would be offered in vain.
        if newer.isEmpty { tls_set_versions(context, TLS1_2_VERSION, TLS1_2_VERSION) }
        if older.isEmpty { tls_set_versions(context, TLS1_3_VERSION, TLS1_3_VERSION) }
    }
}
