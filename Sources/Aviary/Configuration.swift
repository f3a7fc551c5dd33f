/// How a client behaves; what is not set is what most programs want.
public struct ClientConfiguration: Sendable {
    /// How long the session lives without a word from the client. A wish: the servers have their limits.
    public var sessionTimeout: Duration
    /// How long a call waits at most, reconnects included.
    public var deadline: Duration
    /// Whether a server that has lost its ensemble will do, for reads.
    public var acceptsReadOnly: Bool
    /// The access list of znodes that are created without one.
    public var defaultACL: [AccessEntry]
    /// Said on every connection before anything else.
    public var credentials: [Credential]
    /// The largest request: the `jute.maxbuffer` of the servers.
    public var frameBytesMax: Int
    /// The largest answer; one that is larger costs the connection.
    public var replyBytesMax: Int

    /// The usual, but for what is given.
    public init(
        sessionTimeout: Duration = .seconds(30), deadline: Duration = .seconds(30),
        acceptsReadOnly: Bool = false, defaultACL: [AccessEntry] = [.anyone(.all)],
        credentials: [Credential] = [], frameBytesMax: Int = 0xfffff, replyBytesMax: Int = 64 << 20
    ) {
        self.sessionTimeout = sessionTimeout
        self.deadline = deadline
        self.acceptsReadOnly = acceptsReadOnly
        self.defaultACL = defaultACL
        self.credentials = credentials
        self.frameBytesMax = frameBytesMax
        self.replyBytesMax = replyBytesMax
    }
}
