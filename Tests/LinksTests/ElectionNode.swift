import Logging
import NIOCore
import Replica
import Testing
import Vocabulary
import Zab

@testable import Links

/// A server's election port, with all that it reported.
@OnLoop
final class ElectionNode {
    let me: PeerID
    let links: ElectionLinks
    private(set) var heard: [(notification: Notification, sender: PeerID)] = []
    private(set) var reports: [(peer: PeerID, isUp: Bool)] = []

    init(
        _ number: Int64, connectTimeoutMs: Int64 = 5000, handshakeTimeoutMs: Int64 = 60_000, port: Int = 0,
        admitsJoiners: Bool = false
    ) async throws {
        me = PeerID(rawValue: number)
        links = ElectionLinks(
            me: me, members: [:], connectTimeoutMs: connectTimeoutMs,
            handshakeTimeoutMs: handshakeTimeoutMs, admitsJoiners: admitsJoiners, loop: OnLoop.loop,
            log: .silent)
        links.whenHappened = { [unowned self] event in
            switch event {
            case .notified(let notification, let sender): heard.append((notification, sender))
            case .reachable(let peer, let isUp): reports.append((peer, isUp))
            default: Issue.record("of another port: \(event)")
            }
        }
        try await links.listen(host: "127.0.0.1", port: port).onLoop()
    }

    var address: MemberAddress {
        MemberAddress(host: "127.0.0.1", quorumPort: 1, electionPort: links.boundPort ?? 0)
    }

    /// Servers that know one another.
    static func ensemble(_ numbers: [Int64]) async throws -> [ElectionNode] {
        var nodes: [ElectionNode] = []
        for number in numbers { nodes.append(try await ElectionNode(number)) }
        let members = Dictionary(uniqueKeysWithValues: nodes.map { ($0.me, $0.address) })
        for node in nodes { node.links.members = members }
        return nodes
    }

    /// Whether both ends hold one and the same connection, and nothing more is under way.
    func isLinked(to other: ElectionNode) -> Bool {
        guard let mine = links.liveLink(to: other.me)?.channel,
            let theirs = other.links.liveLink(to: me)?.channel, mine.isActive, theirs.isActive,
            isIdle(towards: other), other.isIdle(towards: self)
        else { return false }
        return mine.localAddress == theirs.remoteAddress && mine.remoteAddress == theirs.localAddress
    }

    private func isIdle(towards other: ElectionNode) -> Bool {
        if case .none = links.electionPeers[other.me]?.attempt ?? .none { true } else { false }
    }

    func isReachable(_ peer: PeerID) -> Bool {
        reports.last { $0.peer == peer }?.isUp ?? false
    }

    func notify(_ other: ElectionNode, round: Int64, configuration: ByteString? = nil) {
        links.notify(other.me, .sample(of: me, round: round, configuration: configuration))
    }

    func rounds(from other: ElectionNode) -> [Int64] {
        heard.filter { $0.sender == other.me }.map(\.notification.round)
    }
}

extension Notification {
    static func sample(of me: PeerID, round: Int64, configuration: ByteString? = nil) -> Notification {
        Notification(
            state: .looking, vote: Vote(leader: me, zxid: .zero, epoch: .zero), round: round,
            configuration: configuration)
    }
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

extension ElectionLinks {
    /// What the link to `peer` has not got rid of.
    func bytesHeld(for peer: PeerID) throws -> Int {
        let held = try liveLink(to: peer)?.channel?.syncOptions?.getOption(.bufferedWritableBytes) ?? 0
        return held + (electionPeers[peer]?.newest?.readableBytes ?? 0)
    }
}
