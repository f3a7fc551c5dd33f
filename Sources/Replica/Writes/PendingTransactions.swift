internal import DequeModule
internal import NIOCore
internal import Vocabulary
internal import Znodes

/// The transactions that are in the order and not applied yet, so that none is decoded twice: Zab carries
/// their bytes and hands those back.
struct PendingTransactions: ~Copyable {
    private var transactions = UniqueDeque<Transaction>()

    /// Adds the next one. What stood at its place and behind it was another leader's.
    mutating func add(_ transaction: Transaction) {
        while !transactions.isEmpty, transactions[transactions.count - 1].zxid >= transaction.zxid {
            transactions.removeLast()
        }
        transactions.append(transaction)
    }

    /// The one at `zxid`, for the log, with its bytes.
    func append(of zxid: Zxid, body: ByteBuffer) -> Effects.Append? {
        var low = 0
        var high = transactions.count
        while low < high {
            let middle = (low + high) / 2
            if transactions[middle].zxid < zxid { low = middle + 1 } else { high = middle }
        }
        guard low < transactions.count, transactions[low].zxid == zxid else { return nil }
        return Effects.Append(transactions[low], body: body)
    }

    /// Takes out the one at `zxid`, and all before it, which nobody will ask for any more.
    mutating func take(_ zxid: Zxid) -> Transaction? {
        while !transactions.isEmpty, transactions[0].zxid <= zxid {
            let first = transactions.removeFirst()
            if first.zxid == zxid { return first }
        }
        return nil
    }
}
