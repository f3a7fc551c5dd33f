package import Vocabulary

/// Digests of the tree at every 128th transaction, to be compared with another node's (`hash`).
package struct DigestHistory: Sendable {
    private static let interval: Int64 = 128
    private static let countMax = 1024

    package private(set) var entries: [(zxid: Zxid, digest: UInt64)] = []

    mutating func record(_ zxid: Zxid, digest: UInt64) {
        guard zxid.rawValue % DigestHistory.interval == 0 else { return }
        if entries.count == DigestHistory.countMax { entries.removeFirst() }
        entries.append((zxid, digest))
    }
}
