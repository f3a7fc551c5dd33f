internal import SeededRandom
internal import Vocabulary

/// One thing that goes wrong at a time, and for how long.
package struct Fault: Equatable, Sendable {
    /// Virtual milliseconds.
    package let atMs: Int64
    package let lastsMs: Int64
    package let kind: Kind
    /// Whom it hits, and what else chance decides about it: its own, so that leaving out another fault
    /// changes nothing here.
    let chance: UInt64

    package enum Kind: String, CaseIterable, Sendable {
        /// The process ends at once, and starts again when the fault is over.
        case crash
        case crashLeader
        /// All servers lose power.
        case blackout
        /// Servers end while they take over a leader's history, and sometimes the leader with them.
        case ambush
        /// A process stands still.
        case pause
        case pauseLeader
        /// Nothing passes from one server to another.
        case cutOneWay
        case cutBothWays
        /// Nothing passes between one server and the rest.
        case isolate
        /// The leader is heard by nobody, and hears.
        case muteLeader
        /// The leader hears nobody, and is heard.
        case deafenLeader
        /// Nothing passes on some ways between voters; a quorum can talk among itself.
        case cutSomeWays
        /// The servers fall into two parts.
        case split
        /// Every connection between two servers breaks.
        case reset
        case slowNetwork
        case slowDisk
        /// A write fails: the process ends.
        case diskError
        /// A wall clock jumps.
        case clock
        /// A client's connection breaks.
        case dropClient
        /// A client is gone for good, without a word.
        case loseClient
        /// All members of the crowd are gone at once, without a word: their sessions run out in one tick.
        case loseCrowd
        /// The clients of a crowd all end their sessions at once.
        case closeCrowd
        /// Nothing passes between a client and its server.
        case cutClient
    }
}

extension Fault: CustomStringConvertible {
    package var description: String { "\(kind.rawValue) at \(atMs) ms for \(lastsMs) ms" }
}

/// All that one run follows from.
package struct Scenario: Equatable, Sendable {
    package let seed: UInt64
    package var voters: Int
    package var observers: Int
    package var clients: Int
    /// Clients that only come with ephemerals of theirs, the first of them with very many, and go together.
    package var crowd: Int
    package var faults: [Fault]
    package var flaw: Flaw?
    /// Bytes of history that a leader can send from; beyond them it sends its tree.
    var historyBytesMax: Int
    /// Milliseconds between two moves of a client, at most.
    var thinkMsMax: Int64
    /// Milliseconds in which things go wrong.
    var troubleMs = chaosMs
    /// Bytes that the names of ephemerals have too many: in some runs a few of them are more than one
    /// transaction holds, and still end with their session.
    var namePad: Int { seed % 4 == 3 ? 300 : 0 }
    /// Bytes of one transaction that a link takes.
    var recordBytesMax: Int { namePad == 0 ? 1 << 20 : 1_200 }

    /// Whether one server is all there is, which hands the first writes of a turn to its disk early.
    var isAlone: Bool { seed % 8 == 6 }
    /// Whether clients ask for more than there is room for, and stop reading now and then.
    var areClientsDemanding: Bool { seed % 5 == 0 && namePad == 0 }
    /// Whether servers lose their files with their power, one at a time, and are told not to vote until they
    /// have a leader's history.
    var areFilesLost: Bool { seed % 6 == 4 && !isAlone }

    /// Whether clients hang up with requests under way, and come back at once.
    var areClientsRestless: Bool { seed % 3 == 0 }

    /// The session timeout that clients ask for: in some runs shorter than a server waits for its leader. Not
    /// where clients are left unread for as long.
    var sessionTimeoutMs: Int32 { seed % 8 == 5 && !areClientsDemanding ? 800 : 2_000 }

    /// Milliseconds in which things go wrong, mostly.
    package static let chaosMs: Int64 = 12_000

    /// A swarm: each seed has servers, clients and kinds of faults of its own, so that what one kind would
    /// hide another run shows.
    package init(seed: UInt64, flaw: Flaw? = nil) {
        self.seed = seed
        self.flaw = flaw
        var dice = SeededGenerator(seed: seed &* 0x2545_f491_4f6c_dd1d)
        voters = dice.isOneIn(3) ? 5 : 3
        observers = Int.random(in: 0...2, using: &dice)
        clients = Int.random(in: 2...5, using: &dice)
        historyBytesMax = [0, 200, 2_000, 20_000, 32 << 20].randomElement(using: &dice) ?? 0
        thinkMsMax = [20, 80, 250].randomElement(using: &dice) ?? 80
        var kinds = Fault.Kind.allCases.filter { _ in dice.isOneIn(3) }
        if kinds.isEmpty { kinds = [.crashLeader] }
        var count = Int.random(in: 2...14, using: &dice)
        if dice.isOneIn(3) {
            // One reign after the other, each cut short.
            kinds = [.crash, .crash, .crashLeader, .ambush, .isolate] + kinds.prefix(1)
            count = Int.random(in: 20...40, using: &dice)
        }
        crowd = dice.isOneIn(3) ? Int.random(in: 5...20, using: &dice) : 0
        faults = []
        for _ in 0..<count {
            faults.append(
                Fault(
                    atMs: Int64.random(in: 500..<Self.chaosMs, using: &dice),
                    lastsMs: [20, 200, 1_000, 3_000].randomElement(using: &dice) ?? 200,
                    kind: kinds.randomElement(using: &dice) ?? .crash, chance: dice.next()))
        }
        faults.sort { $0.atMs < $1.atMs }
        if isAlone { (voters, observers) = (1, 0) }
        guard isAboutLastingCuts else { return }
        faults = Self.lastingCuts(&dice)
        // Enough for whoever was away: else it would be sent one tree after the other while clients write.
        historyBytesMax = 32 << 20
        troubleMs = (faults.last.map { $0.atMs + $0.lastsMs } ?? 0) + 5_000
    }
}
