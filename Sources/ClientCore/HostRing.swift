internal import SeededRandom

/// A server's address as its user wrote it; the name is resolved again at each attempt.
package struct HostAddress: Hashable, Sendable {
    package var host: String
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}

/// Whom to try next, and how long to wait when nobody answered.
struct HostRing: Sendable {
    private let hosts: [HostAddress]
    private var next = 0
    /// Attempts since a server last answered.
    private var fruitless = 0
    private var generator: SeededGenerator

    /// In an order that chance decides, so that clients spread over the servers.
    init(_ hosts: [HostAddress], seed: UInt64) {
        precondition(!hosts.isEmpty, "a client has a server to connect to")
        generator = SeededGenerator(seed: seed)
        self.hosts = hosts.shuffled(using: &generator)
    }

    mutating func takeNext() -> HostAddress {
        defer { next = (next + 1) % hosts.count }
        return hosts[next]
    }

    mutating func answered() { fruitless = 0 }

    /// How long to wait after an attempt that failed: not at all until each host was tried, then up to 50 ms,
    /// twice as much after each further round, at most `delayMax`; chance spreads the clients.
    mutating func delayAfterFailure(delayMax: Duration) -> Duration {
        fruitless += 1
        guard fruitless.isMultiple(of: hosts.count) else { return .zero }
        let round = min(fruitless / hosts.count - 1, 16)
        let longest = min(.milliseconds(50 << round), delayMax)
        return longest * Double.random(in: 0...1, using: &generator)
    }
}
