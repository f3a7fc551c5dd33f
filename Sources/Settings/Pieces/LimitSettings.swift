/// Limits that protect the node from too much at once.
package struct LimitSettings: Equatable, Sendable {
    /// `jute.maxbuffer`: the longest frame a client may send.
    package var frameBytesMax = 0xfffff
    /// `jute.maxbuffer.extrasize`: what transactions and packets may exceed that by; nil for its default,
    /// `frameBytesMax`.
    package var frameBytesExtra: Int?
    /// The longest transaction, and the longest data of a packet, that members of an ensemble send one
    /// another: what each of them takes that has the same settings, Apache's included.
    package var recordBytesMax: Int {
        min(frameBytesMax + max(frameBytesExtra ?? frameBytesMax, 1024), Int(Int32.max))
    }
    /// Bytes that are taken of a leader, packet by packet and znode by znode: more than anybody should send.
    /// One of Apache's leaders proposes what its own followers do not take, and a tree may be older than a
    /// setting.
    package var leaderRecordBytesMax: Int { min(max(4 * recordBytesMax, 64 << 20), Int(Int32.max)) }
    /// `globalOutstandingLimit`: requests in process above which busy connections are not read.
    package var outstandingRequestsMax = 1000
    package var requests = RequestThrottleSettings()
    package var connections = ConnectionThrottleSettings()
    /// `largeRequestThreshold`: what is longer is read when there is room for it.
    package var largeRequestBytes = 64 << 10
    /// `largeRequestMaxBytes`: the sum of requests in flight above which none that are large are read on.
    package var requestBytesMax = 100 << 20
    /// `unreadMaxBytes`: what all clients together may leave unread; nil for a share of the memory.
    package var unreadBytesMax: Int?
    /// `throttled_op_wait_time`: waiting longer than this is answered ThrottledOp; 0 for never.
    package var throttledWaitMs = 0
}

extension LimitSettings {
    init(_ entries: Entries) throws(SettingsError) {
        frameBytesMax = try entries.integer(
            "jute.maxbuffer", default: 0xfffff, in: 1024...Int(Int32.max), "bytes")
        frameBytesExtra = try entries.optional("jute.maxbuffer.extrasize", "bytes")
        outstandingRequestsMax = try entries.integer(
            "globalOutstandingLimit", default: 1000, "a number of requests")
        requests = try RequestThrottleSettings(entries)
        connections = try ConnectionThrottleSettings(entries)
        largeRequestBytes = try entries.optional("largeRequestThreshold", "bytes") ?? 64 << 10
        requestBytesMax = try entries.integer(
            "largeRequestMaxBytes", default: 100 << 20, in: 1...Int(Int32.max), "bytes")
        if entries["unreadMaxBytes"] != nil {
            unreadBytesMax = try entries.integer(
                "unreadMaxBytes", default: 1 << 30, in: 1 << 20...1 << 50, "bytes")
        }
        throttledWaitMs = max(
            0,
            try entries.integer("throttled_op_wait_time", default: 0, in: Entries.anyInteger, "milliseconds")
        )
    }
}
