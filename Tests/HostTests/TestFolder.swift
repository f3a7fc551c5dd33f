import Glibc
import Logging
import NIOCore
import Replica
import Settings
import Storage
import TestSupport
import Vocabulary
import Wire
import Znodes

@testable import Host

/// A data folder that is gone with the test, and the history that is written into it.
final class TestFolder {
    private let folder = TemporaryFolder("host")
    /// What a node that lost nothing would have.
    private(set) var history: Recovering
    private(set) var digests: [Zxid: UInt64] = [:]
    private var last = Zxid(epoch: Epoch(rawValue: 1), counter: 0)

    init() {
        history = Recovering(settings: ReplicaSettings(), seed: 1, wallMs: 0)
    }

    var path: String { folder.path }

    /// Appends `count` creations, each with the digest that the tree has after it.
    func append(_ count: Int, to store: inout LogStore) throws {
        var rows: [LogRow] = []
        for _ in 0..<count {
            last = last.next
            let path = ZnodePath("/n\(last.counter)")
            var transaction = Transaction(
                session: SessionID(rawValue: 7), cxid: 1, zxid: last, timeMs: 1_700_000_000_000,
                change: .create(
                    Creation(
                        kind: .create, path: path, data: Array("data".utf8), acl: .open, isEphemeral: false,
                        parentCversion: -1)))
            var body = ByteBuffer()
            transaction.encode(into: &body)
            history.replay(transaction, bytes: body, isCommitted: true, at: .now)
            transaction.digest = history.committed.tree.digest
            digests[last] = history.committed.tree.digest
            body.clear()
            transaction.encode(into: &body)
            rows.append(
                LogRow(
                    zxid: last, timeMs: transaction.timeMs, session: transaction.session, cxid: 1,
                    type: transaction.change.type, path: path, body: body))
        }
        try store.append(rows)
    }

    /// Writes a snapshot of what was appended so far.
    func takeSnapshot() throws -> Zxid {
        let state = history.committed.stored
        var file = try SnapshotFile(state.head, in: path, by: .node)
        for page in state.znodes { try file.add(page) }
        try file.finish()
        return last
    }

    /// What a node wants done that takes a snapshot of what was appended so far.
    func snapshotActions() -> [SnapshotAction] {
        var recovering = Recovering(settings: ReplicaSettings(), seed: 1, wallMs: 0)
        // The folder made that tree itself: nothing a test does can lead there.
        guard
            recovering.restore(history.committed.stored, isExact: true, replayingAfter: last, at: .now)
        else { fatalError("not the tree that its own snapshot says") }
        var replica = recovering.start(acceptedEpoch: .zero, currentEpoch: .zero, at: .now)
        var effects = Effects()
        replica.step(.snapshot(.due), at: .now, into: &effects)
        replica.step(.snapshot(.sliceDue), at: .now, into: &effects)
        return effects.takeActions().compactMap { action in
            if case .snapshot(let action) = action { action } else { nil }
        }
    }

    /// What a node finds when it starts here.
    func recover() throws -> (zxid: Zxid, digest: UInt64, znodes: Int, replayed: Recovery.Replayed) {
        var store = try LogStore.open(directory: path)
        var replayed = Recovery.Replayed()
        let found = try Recovery.replica(
            from: &store, settings: .standalone(dataDir: path), replayed: &replayed,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return (found.tree.lastZxid, found.tree.digest, found.tree.znodes.count, replayed)
    }

    /// Changes a byte here and there in the second half of a snapshot: some of them are in use.
    func damage(_ zxid: Zxid) throws {
        let digits = String(zxid.rawValue, radix: 16)
        let file = path + "/snapshot-" + String(repeating: "0", count: 16 - digits.count) + digits + ".db"
        let descriptor = open(file, O_RDWR)
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        for place in stride(from: size / 2, to: size, by: 499) {
            var byte: UInt8 = 0
            guard pread(descriptor, &byte, 1, place) == 1 else { throw Missing(file: file) }
            byte ^= 0x10
            guard pwrite(descriptor, &byte, 1, place) == 1 else { throw Missing(file: file) }
        }
    }

    /// Changes the path in the row of that number, in the first segment.
    func damageLog(at counter: Int) throws {
        let file = path + "/log-0000000000000000.db"
        guard var bytes = TemporaryFolder.read(file),
            let place = bytes.firstRange(of: Array("/n\(counter)".utf8))
        else { throw Missing(file: file) }
        bytes[place.lowerBound + 1] ^= 0x10
        TemporaryFolder.write(bytes, to: file)
    }

    struct Missing: Error {
        let file: String
    }
}
