package import Vocabulary

/// The sixteen bytes a client shows to take up its session again, on any server of any make.
///
/// Derived from the session's number as Apache derives them (`java.util.Random`, client protocol 2.6): a
/// checksum that every server can recompute, not a secret.
package enum SessionPassword {
    package static let bytes = 16

    package static func of(_ session: SessionID) -> [UInt8] {
        let mask: UInt64 = (1 << 48) - 1
        var seed = (UInt64(bitPattern: session.rawValue) ^ 0xB341_5C00 ^ 0x5_DEEC_E66D) & mask
        var password: [UInt8] = []
        password.reserveCapacity(bytes)
        for _ in 0..<4 {
            seed = (seed &* 0x5_DEEC_E66D &+ 0xB) & mask
            let word = UInt32(truncatingIfNeeded: seed >> 16)
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                password.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return password
    }

    /// Whether `password` opens `session`; nothing opens session 0.
    package static func opens(_ session: SessionID, with password: [UInt8]?) -> Bool {
        session.rawValue != 0 && password == of(session)
    }
}
