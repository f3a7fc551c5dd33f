internal import COpenSSL

/// A certificate, held for OpenSSL.
final class Certificate {
    let pointer: OpaquePointer

    /// Takes the reference over.
    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { X509_free(pointer) }

    /// The name that it is given to, as it is encoded.
    var subject: [UInt8] { Certificate.subject(of: pointer) }

    static func subject(of certificate: OpaquePointer) -> [UInt8] {
        let name = X509_get_subject_name(certificate)
        let count = i2d_X509_NAME(name, nil)
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        bytes.withUnsafeMutableBufferPointer {
            var place = $0.baseAddress
            i2d_X509_NAME(name, &place)
        }
        return bytes
    }

    /// Seconds until it runs out; negative once it has.
    var secondsLeft: Int {
        var days: CInt = 0
        var seconds: CInt = 0
        guard ASN1_TIME_diff(&days, &seconds, nil, X509_get0_notAfter(pointer)) == 1 else { return 0 }
        return Int(days) * 86_400 + Int(seconds)
    }
}

/// A private key, held for OpenSSL.
final class PrivateKey {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { EVP_PKEY_free(pointer) }
}
