import Vocabulary
import Wire
import Znodes

/// Where a transaction may end early and still be one: some of its parts are told by what is left.
enum TransactionCuts {
    private static let headerBytes = 32
    private static let digestBytes = 12

    static func isReadable(_ bytes: [UInt8], cutTo count: Int) -> Bool {
        guard let whole = try? Transaction(decoding: bytes.span.bytes) else { return false }
        let recordEnd = bytes.count - (whole.digest == nil ? 0 : digestBytes)
        // Without its digest.
        if count == recordEnd { return true }
        switch whole.change {
        case .create(let creation):
            // Type 1 without its last field, as before 3.4.
            return creation.kind == .create && count == recordEnd - 4
        case .closeSession(let paths):
            // No record at all; or one that, cut to twelve bytes, looks like a digest.
            return count == headerBytes || (count == headerBytes + digestBytes && paths.count == 2)
        default:
            return false
        }
    }
}
