internal import COpenSSL

/// OpenSSL's own account of what went wrong in this thread.
enum OpenSSLError {
    /// The reason of the first error, and forgets all.
    static func take() -> String {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0, let reason = ERR_reason_error_string(code) else { return "no reason given" }
        return String(cString: reason)
    }
}

/// Cipher suites, whose names in the standards (which Java uses) are not OpenSSL's.
enum OpenSSLCipher {
    /// - Returns: OpenSSL's name; nil where it has no such suite.
    static func name(ofStandard standard: String) -> String? {
        OPENSSL_cipher_name(standard).flatMap { name in
            let text = String(cString: name)
            return text == "(NONE)" ? nil : text
        }
    }
}
