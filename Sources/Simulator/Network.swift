internal import SeededRandom

/// The ways between hosts, how slow and whether cut, and the channels that are open.
struct Network {
    private let hostCount: Int
    /// How many faults keep each way shut.
    private var cuts: [Int]
    /// Milliseconds that a message takes at most.
    var delayMsMax: Int64 = 4
    var channels: [Channel] = []

    init(hostCount: Int) {
        self.hostCount = hostCount
        cuts = Array(repeating: 0, count: hostCount * hostCount)
    }

    func isCut(from sender: Int, to receiver: Int) -> Bool { cuts[sender * hostCount + receiver] > 0 }

    func areConnected(_ left: Int, _ right: Int) -> Bool {
        !isCut(from: left, to: right) && !isCut(from: right, to: left)
    }

    mutating func cut(from sender: Int, to receiver: Int) { cuts[sender * hostCount + receiver] += 1 }

    mutating func mend(from sender: Int, to receiver: Int) {
        cuts[sender * hostCount + receiver] = max(0, cuts[sender * hostCount + receiver] - 1)
    }

    mutating func mendAll() {
        for index in cuts.indices { cuts[index] = 0 }
        delayMsMax = 3
    }
}

extension Simulation {
    func open(_ kind: Channel.Kind, _ first: Int, _ second: Int) -> Channel {
        let channel = Channel(kind, first, second)
        if network.channels.count >= 64 { network.channels.removeAll { $0.isOver } }
        network.channels.append(channel)
        return channel
    }

    func send(_ message: Message, over channel: Channel, from sender: Int) {
        let receiver = channel.other(than: sender)
        guard channel[to: sender].isOpen, channel[to: receiver].isOpen else { return }
        if network.isCut(from: sender, to: receiver) {
            channel[to: receiver].held.append(message)
        } else {
            convey(message, over: channel, to: receiver)
        }
    }

    private func convey(_ message: Message, over channel: Channel, to receiver: Int) {
        if scenario.flaw == .losesMessages, message.isBetweenServers, dice.isOneIn(200) { return }
        let earliest = scenario.flaw == .reordersMessages ? 0 : channel[to: receiver].lastArrivalMs
        let atMs = max(nowMs + roll(network.delayMsMax), earliest)
        channel[to: receiver].lastArrivalMs = atMs
        agenda.add(.arrival(channel, at: receiver, message), at: atMs)
    }

    /// Closes one end; the other hears of it behind what was sent before.
    func close(_ channel: Channel, at host: Int) {
        send(.end, over: channel, from: host)
        channel[to: host].isOpen = false
    }

    /// Lets messages that were held back pass where nothing is cut any more.
    func release() {
        for channel in network.channels {
            for (sender, receiver) in [(channel.first, channel.second), (channel.second, channel.first)]
            where !network.isCut(from: sender, to: receiver) {
                let held = channel[to: receiver].held
                channel[to: receiver].held = []
                for message in held { convey(message, over: channel, to: receiver) }
            }
        }
    }
}

extension Message {
    fileprivate var isBetweenServers: Bool {
        switch self {
        case .toLeader, .toLearner: true
        case .hello, .notification, .snapshotPiece, .bytes, .readable, .end: false
        }
    }
}
