import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Zab
import Znodes

/// Server 3 leads, server 1 has its history, and server 2 needs the whole tree.
@Suite struct `A tree that is sent to a learner` {
    private static let epoch = Epoch(rawValue: 1)
    private static let known: UInt64 = 1

    private let node: TestNode
    private let writer: TestClient

    init() throws {
        let before = TestNode()
        let client = try before.connect()
        for number in 0..<20 {
            let parent = ZnodePath("/a\(number)")
            _ = try client.create(parent)
            _ = try client.create(parent.appending("child".utf8), [1, 2, 3])
        }
        let ids = [1, 2, 3].map { PeerID(rawValue: $0) }
        node = TestNode(replaying: before.logged) {
            $0.peer = ids[2]
            $0.historyBytesMax = 0
            $0.snapshotSliceRecords = 3
            $0.membership = Membership(
                quorum: Quorum(majorityOf: ids), observers: [PeerID(rawValue: 4)], version: 0,
                text: "version=0")
        }
        let last = node.logged.last?.zxid ?? .zero
        let vote = Vote(leader: ids[2], zxid: last, epoch: .zero)
        for id in ids.prefix(2) {
            node.step(.link(.reachable(id, true)))
            node.step(.link(.notified(Notification(state: .looking, vote: vote, round: 1), by: id)))
        }
        writer = node.open()
        begin(1, on: Self.known, having: last)
        say(.acknowledge(Zxid(epoch: Self.epoch, counter: 0)), on: Self.known)
        try writer.connect()
        acknowledgeAll()
        _ = writer.replies()
        node.isBusy = true
    }

    private func say(_ message: LearnerMessage, on link: UInt64) {
        node.step(.link(.fromLearner(QuorumPacket(message), LinkID(rawValue: link))))
    }

    /// The learner dials, up to where its leader sends it a history.
    private func begin(_ server: Int64, on link: UInt64, having last: Zxid) {
        node.step(.link(.learnerLinkUp(LinkID(rawValue: link))))
        let server = PeerID(rawValue: server)
        say(.info(server, acceptedEpoch: .zero, isObserver: false, configurationVersion: 0), on: link)
        say(.acknowledgeEpoch(lastLogged: last, currentEpoch: .zero), on: link)
    }

    private func acknowledgeAll() {
        if let last = node.logged.last { say(.acknowledge(last.zxid), on: Self.known) }
    }

    /// What was sent on a link: packets by their kinds, pieces of a tree as bytes.
    private func sent(on link: UInt64) -> (kinds: [QuorumPacket.Kind?], tree: ByteBuffer) {
        var tree = ByteBuffer()
        let kinds = node.linkActions.compactMap { action -> QuorumPacket.Kind?? in
            switch action {
            case .toLearner(LinkID(rawValue: link), let packet): return packet.kind
            case .snapshotPiece(LinkID(rawValue: link), let piece):
                tree.writeImmutableBuffer(piece)
                return .some(nil)
            default: return nil
            }
        }
        return (kinds, tree)
    }

    /// Asks for all that is left, with `between` before each slice.
    private func finish(_ between: () -> Void = {}) {
        while node.isToContinue {
            between()
            node.takeTurn()
        }
    }

    /// - Returns: The digest of the tree that was sent.
    private func digest(on link: UInt64, at zxid: Zxid) throws -> UInt64 {
        var stream = sent(on: link).tree
        var decoder = SnapshotStreamDecoder(seed: 5, recordBytesMax: 1 << 20)
        let isComplete = try decoder.read(&stream)
        #expect(stream.readableBytes == 0)
        try #require(isComplete, "link \(link)")
        return decoder.finish(at: zxid).digest
    }

    private func create(_ path: ZnodePath) {
        writer.send(.create) { CreateRequest(path: path, data: [], acl: .open, flags: 0).encode(into: &$0) }
        acknowledgeAll()
    }

    private func delete(_ path: ZnodePath) {
        writer.send(.delete) { VersionedPathRequest(path: path, version: -1).encode(into: &$0) }
        acknowledgeAll()
    }

    @Test func `is that of its beginning, in slices, whatever changes meanwhile`() throws {
        let (zxid, digest) = (node.replica.tree.lastZxid, node.replica.tree.digest)
        begin(2, on: 2, having: .zero)
        var number = 19
        finish {
            create(ZnodePath("/new\(number)"))
            delete(ZnodePath("/a\(number)/child"))
            create(ZnodePath("/a\(number)/new"))
            number -= 1
        }
        #expect(number < 10, "there were slices")
        #expect(writer.replies().allSatisfy { $0.error == .ok }, "clients are served between them")
        #expect(try self.digest(on: 2, at: zxid) == digest)
        #expect(node.replica.tree.digest != digest)
    }

    @Test func `has whatever follows on its link behind it`() throws {
        begin(2, on: 2, having: .zero)
        create("/b")
        #expect(sent(on: Self.known).kinds.suffix(2) == [.proposal, .commit], "others do not wait")
        finish()
        let kinds = sent(on: 2).kinds
        #expect(kinds.prefix(3) == [.leaderInfo, .snapshot, nil])
        #expect(kinds.dropFirst(2).dropLast().allSatisfy { $0 == nil } && kinds.count > 10)
        #expect(kinds.last == .newLeader)
    }

    @Test func `goes to one after the other, each as it was when it asked`() throws {
        var moments: [(zxid: Zxid, digest: UInt64)] = []
        for link in [2, 3] as [UInt64] {
            create(ZnodePath("/before\(link)"))
            moments.append((node.replica.tree.lastZxid, node.replica.tree.digest))
            node.step(.link(.learnerLinkUp(LinkID(rawValue: link))))
            let server = PeerID(rawValue: link == 2 ? 2 : 4)
            say(
                .info(server, acceptedEpoch: .zero, isObserver: link == 3, configurationVersion: 0), on: link)
            say(.acknowledgeEpoch(lastLogged: .zero, currentEpoch: .zero), on: link)
        }
        finish { delete("/a3/child") }
        for (link, moment) in zip([2, 3] as [UInt64], moments) {
            #expect(try digest(on: link, at: moment.zxid) == moment.digest, "link \(link)")
            #expect(sent(on: link).kinds.last == .newLeader)
        }
    }

    @Test func `is sent no further when its learner is gone, and the next is begun`() throws {
        begin(2, on: 2, having: .zero)
        node.takeTurn()
        node.step(.link(.learnerLinkDown(LinkID(rawValue: 2))))
        let count = sent(on: 2).kinds.count
        let (zxid, digest) = (node.replica.tree.lastZxid, node.replica.tree.digest)
        begin(2, on: 3, having: .zero)
        finish()
        #expect(sent(on: 2).kinds.count == count)
        #expect(try self.digest(on: 3, at: zxid) == digest)
    }
}
