internal import NIOCore
internal import Vocabulary
package import Zab

/// Zab's messages in Apache's packets. Bodies pass unchanged: what the leader encoded once is what every
/// log holds.
extension QuorumPacket {
    package init(_ message: LeaderMessage) {
        switch message {
        case .leaderInfo(let epoch):
            self.init(
                .leaderInfo, zxid: Zxid(epoch: epoch, counter: 0),
                data: ByteBuffer(integer: LearnerInfo.protocolVersion))
        case .diff(let zxid): self.init(.diff, zxid: zxid)
        case .truncate(let zxid): self.init(.truncate, zxid: zxid)
        case .snapshot(let zxid): self.init(.snapshot, zxid: zxid)
        case .proposal(let entry): self.init(.proposal, zxid: entry.zxid, data: entry.body)
        case .commit(let zxid): self.init(.commit, zxid: zxid)
        case .inform(let entry): self.init(.inform, zxid: entry.zxid, data: entry.body)
        case .newLeader(let epoch, let configuration):
            self.init(
                .newLeader, zxid: Zxid(epoch: epoch, counter: 0), data: ByteBuffer(bytes: configuration.bytes)
            )
        case .upToDate: self.init(.upToDate, zxid: Zxid(rawValue: -1))
        case .ping(let zxid): self.init(.ping, zxid: zxid)
        }
    }

    package init(_ message: LearnerMessage) {
        switch message {
        case .info(let peer, let accepted, let isObserver, let version):
            self.init(
                isObserver ? .observerInfo : .followerInfo, zxid: Zxid(epoch: accepted, counter: 0),
                data: LearnerInfo(peer: peer, configurationVersion: version).encoded)
        case .acknowledgeEpoch(let lastLogged, let currentEpoch):
            self.init(
                .acknowledgeEpoch, zxid: lastLogged, data: ByteBuffer(integer: currentEpoch?.rawValue ?? -1))
        case .acknowledge(let zxid): self.init(.acknowledgement, zxid: zxid)
        // Never null: Apache's leader would drop the connection (quorum protocol 4.9).
        case .alive: self.init(.ping, zxid: .zero, data: ByteBuffer())
        }
    }

    /// The leader's message in a packet; nil for packets that are not Zab's.
    ///
    /// - Throws: When the data is not what such a packet carries.
    package func leaderMessage() throws(DecodingError) -> LeaderMessage? {
        switch kind {
        case .leaderInfo: .leaderInfo(zxid.epoch)
        case .diff: .diff(through: zxid)
        case .truncate: .truncate(after: zxid)
        case .snapshot: .snapshot(zxid)
        case .proposal: .proposal(Entry(zxid, try body()))
        case .commit: .commit(zxid)
        case .inform: .inform(Entry(zxid, try body()))
        case .newLeader:
            .newLeader(zxid.epoch, configuration: ByteString(data.map { Array($0.readableBytesView) } ?? []))
        case .upToDate: .upToDate
        case .ping: .ping(zxid)
        default: nil
        }
    }

    /// The learner's message in a packet; nil for packets that are not Zab's.
    package func learnerMessage() throws(DecodingError) -> LearnerMessage? {
        switch kind {
        case .followerInfo, .observerInfo:
            let info = try LearnerInfo(decoding: try body())
            return .info(
                info.peer, acceptedEpoch: zxid.epoch, isObserver: kind == .observerInfo,
                configurationVersion: info.configurationVersion)
        case .acknowledgeEpoch:
            guard let epoch = try body().getInteger(at: body().readerIndex, as: Int32.self) else {
                throw .truncated(needed: 4, available: data?.readableBytes ?? 0)
            }
            return .acknowledgeEpoch(
                lastLogged: zxid, currentEpoch: epoch == -1 ? nil : Epoch(rawValue: epoch))
        case .acknowledgement: return .acknowledge(zxid)
        case .ping: return .alive
        default: return nil
        }
    }

    private func body() throws(DecodingError) -> ByteBuffer {
        guard let data else { throw .unexpectedNull }
        return data
    }
}
