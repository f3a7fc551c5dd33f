internal import Dispatch
internal import Links
internal import NIOCore
internal import Storage
internal import Synchronization
internal import Vocabulary

/// The other servers, to be asked for rows from a thread that may wait, and what each of them last said.
final class Asking: Sendable {
    private let election: NIOLoopBound<ElectionLinks>
    private let others: [PeerID]
    private let said = Mutex<[PeerID: String]>([:])

    /// On the loop of the links.
    init(_ election: ElectionLinks) {
        self.election = NIOLoopBound(election, eventLoop: election.loop)
        others = election.members.keys.filter { $0 != election.me }.sorted()
    }

    /// Continues "server 2", for each.
    var words: [PeerID: String] { said.withLock { $0 } }

    /// - Parameter limitMs: For each of them.
    func ask(_ wanted: RowsWanted, _ excluded: Set<PeerID>, limitMs: Int) -> FetchedRows? {
        for peer in others {
            guard !excluded.contains(peer) else {
                note("sent rows that do not belong there", of: peer)
                continue
            }
            switch answer(of: peer, wanted, limitMs: limitMs) {
            case .success(let bytes):
                switch RowsAnswer(decoding: bytes) {
                case .rows(let rows): return FetchedRows(rows, from: peer, bytes: bytes.readableBytes)
                case .nothing(let reason): note(reason.words, of: peer)
                case nil: note("sent what cannot be read", of: peer)
                }
            case .failure(let error): note("did not answer: \(error)", of: peer)
            case nil: note("did not answer in time", of: peer)
            }
        }
        return nil
    }

    private func note(_ words: String, of peer: PeerID) { said.withLock { $0[peer] = words } }

    private func answer(
        of peer: PeerID, _ wanted: RowsWanted, limitMs: Int
    ) -> Result<ByteBuffer, any Error>? {
        let held = Held()
        let isThere = DispatchSemaphore(value: 0)
        election.eventLoop.flatSubmit { [election] in election.value.ask(peer, wanted.encoded) }
            .whenComplete { result in
                held.answer.withLock { $0 = result }
                isThere.signal()
            }
        guard isThere.wait(timeout: .now() + .milliseconds(limitMs)) == .success else { return nil }
        return held.answer.withLock { $0 }
    }

    /// A place that the loop may still write to when nobody waits for it any more.
    private final class Held: Sendable {
        let answer = Mutex(Result<ByteBuffer, any Error>?.none)
    }
}
