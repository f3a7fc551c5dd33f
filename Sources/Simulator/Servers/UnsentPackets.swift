internal import Vocabulary
internal import Wire

/// Packets to another server that leave with the end of a turn, or later.
///
/// Only the commit of what was proposed earlier goes ahead of proposals that wait: all else behind a proposal
/// ends its wait.
struct UnsentPackets {
    private var packets: [Message] = []
    /// Behind them.
    private var proposals: [Message] = []
    private var firstProposal: Zxid?

    var isEmpty: Bool { packets.isEmpty && proposals.isEmpty }

    mutating func add(_ message: Message) {
        switch message {
        case .toLearner(let packet) where packet.kind == .proposal:
            firstProposal = firstProposal ?? packet.zxid
            proposals.append(message)
        case .toLearner(let packet) where packet.kind == .commit && isAhead(packet.zxid):
            packets.append(message)
        default:
            endWait()
            packets.append(message)
        }
    }

    mutating func take(proposals areWanted: Bool) -> [Message] {
        if areWanted { endWait() }
        defer { packets = [] }
        return packets
    }

    private func isAhead(_ zxid: Zxid) -> Bool { firstProposal.map { zxid < $0 } ?? true }

    private mutating func endWait() {
        packets += proposals
        proposals = []
        firstProposal = nil
    }
}
