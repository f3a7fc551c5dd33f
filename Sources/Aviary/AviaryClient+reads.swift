internal import ClientCore
internal import NIOCore
internal import Vocabulary
internal import Wire

/// Reads of the tree: never older than anything this client has seen, on whichever server.
extension AviaryClient {
    /// - Returns: nil where there is no such znode.
    public func exists(_ path: String) async throws(AviaryError) -> Stat? {
        try await exists(path, isWatched: false, deadline: loop.board.now + configuration.deadline)
    }

    /// The data and stat of a znode.
    ///
    /// - Throws: `noNode`, where there is none.
    public func getData(_ path: String) async throws(AviaryError) -> Znode {
        let full = try fullPath(path, "getData")
        let reply = try await ask(
            .getData, body: Self.encoded(full, isWatched: false), .read, "getData \(path)")
        return try Self.znode(reply, "getData \(path)")
    }

    /// The names of a znode's children, and its own stat.
    public func getChildren(_ path: String) async throws(AviaryError) -> Children {
        let full = try fullPath(path, "getChildren")
        let reply = try await ask(
            .getChildren2, body: Self.encoded(full, isWatched: false), .read, "getChildren \(path)")
        return try Self.children(reply, "getChildren \(path)")
    }

    /// The access list of a znode.
    public func getACL(_ path: String) async throws(AviaryError) -> AccessList {
        let full = try fullPath(path, "getACL")
        let reply = try await ask(.getACL, body: Self.encoded(path: full), .read, "getACL \(path)")
        return try Self.decode(reply, "getACL \(path)") { reader throws(DecodingError) in
            let entries = try reader.storedACL().map(AccessEntry.init)
            return AccessList(entries: entries, stat: Stat(try Vocabulary.Stat(decoding: &reader)))
        }
    }

    /// The ephemerals of this session below `path`, in no order.
    public func ephemerals(under path: String = "/") async throws(AviaryError) -> [String] {
        let full = try fullPath(path, "getEphemerals")
        let reply = try await ask(
            .getEphemerals, body: Self.encoded(path: full), .read, "getEphemerals \(path)")
        let paths = try Self.decode(reply, "getEphemerals \(path)") { reader throws(DecodingError) in
            try reader.paths() ?? []
        }
        return paths.map(shownPath)
    }

    /// How many znodes there are below `path`.
    public func descendantCount(of path: String) async throws(AviaryError) -> Int {
        let full = try fullPath(path, "getAllChildrenNumber")
        let operation = "getAllChildrenNumber \(path)"
        let reply = try await ask(.getAllChildrenNumber, body: Self.encoded(path: full), .read, operation)
        return try Self.decode(reply, operation) { reader throws(DecodingError) in Int(try reader.int32()) }
    }

    /// The identities by which the server knows this client.
    public func whoAmI() async throws(AviaryError) -> [KnownIdentity] {
        let reply = try await ask(.whoAmI, body: ByteBuffer(), .read, "whoAmI")
        return try Self.decode(reply, "whoAmI") { reader throws(DecodingError) in
            try reader.vector(minimumBytes: 8) { reader throws(DecodingError) in
                KnownIdentity(
                    scheme: "\(try reader.text() ?? "")", id: "\(try reader.text() ?? "")")
            } ?? []
        }
    }

    /// The servers of the ensemble, as they keep it themselves.
    public func ensembleConfiguration() async throws(AviaryError) -> Znode {
        let path = ZnodePath("/zookeeper/config")
        let reply = try await ask(.getData, body: Self.encoded(path, isWatched: false), .read, "config")
        return try Self.znode(reply, "config")
    }

    // MARK: With a watch

    func exists(
        _ path: String, isWatched: Bool, deadline: Duration?
    ) async throws(AviaryError) -> Stat? {
        let full = try fullPath(path, "exists")
        let reply = try await answer(
            .exists, body: Self.encoded(full, isWatched: isWatched), .read, "exists \(path)",
            watch: isWatched ? WatchRegistration(.exists, at: full) : nil, deadline: deadline)
        if reply.error == ErrorCode.noNode.rawValue { return nil }
        guard reply.error == 0 else { throw AviaryError(server: reply.error, operation: "exists \(path)") }
        return try Self.decode(reply, "exists \(path)") { reader throws(DecodingError) in
            Stat(try Vocabulary.Stat(decoding: &reader))
        }
    }

    /// Reads for as long as it takes, and leaves a watch: on the znode, or on its coming.
    func watched<Value>(
        _ opcode: OpCode, _ kind: WatchRegistration.Kind, _ path: String,
        _ decode: (ServerReply, String) throws(AviaryError) -> Value
    ) async throws(AviaryError) -> Value? {
        let full = try fullPath(path, "watch")
        while true {
            let reply = try await answer(
                opcode, body: Self.encoded(full, isWatched: true), .read, "watch \(path)",
                watch: WatchRegistration(kind, at: full), deadline: nil)
            if reply.error == 0 { return try decode(reply, "watch \(path)") }
            guard reply.error == ErrorCode.noNode.rawValue else {
                throw AviaryError(server: reply.error, operation: "watch \(path)")
            }
            // It came between the two questions: it is read again.
            if try await exists(path, isWatched: true, deadline: nil) == nil { return nil }
        }
    }

    static func encoded(_ path: ZnodePath, isWatched: Bool) -> ByteBuffer {
        var body = ByteBuffer()
        PathWatchRequest(path: path, watch: isWatched).encode(into: &body)
        return body
    }

    static func znode(_ reply: ServerReply, _ operation: String) throws(AviaryError) -> Znode {
        let (range, stat) = try decode(reply, operation) { reader throws(DecodingError) in
            (try reader.range(), try Vocabulary.Stat(decoding: &reader))
        }
        let start = reply.body.readerIndex
        let data = range.flatMap { reply.body.getSlice(at: start + $0.lowerBound, length: $0.count) }
        return Znode(data: data ?? ByteBuffer(), isNull: range == nil, stat: Stat(stat))
    }

    static func children(_ reply: ServerReply, _ operation: String) throws(AviaryError) -> Children {
        try decode(reply, operation) { reader throws(DecodingError) in
            let names = try reader.vector(minimumBytes: 4) { reader throws(DecodingError) in
                "\(try reader.requiredText())"
            }
            return Children(names: names ?? [], stat: Stat(try Vocabulary.Stat(decoding: &reader)))
        }
    }
}
