internal import ClientCore
public import NIOCore
internal import Vocabulary
internal import Wire

/// Changes. Each is in the one order of all changes before its call returns; what throws says whether it may
/// have happened.
extension AviaryClient {
    /// Makes a znode. nil is null data, which some clients tell from empty data.
    @discardableResult
    public func create(
        _ path: String, _ data: ByteBuffer? = ByteBuffer(), _ options: CreateOptions = .persistent
    ) async throws(AviaryError) -> Created {
        let (request, opcode) = try createRequest(path, data, options)
        var body = ByteBuffer()
        request.encode(into: &body)
        let reply = try await ask(opcode, body: body, .write, "create \(path)")
        let (full, stat) = try Self.decode(reply, "create \(path)") { reader throws(DecodingError) in
            (try reader.requiredPath(), try Vocabulary.Stat(decoding: &reader))
        }
        return Created(path: shownPath(full), stat: Stat(stat))
    }

    /// Replaces the data of a znode.
    ///
    /// - Throws: `badVersion`, when it has changed since `version`.
    @discardableResult
    public func setData(
        _ path: String, _ data: ByteBuffer?, version: Version = .any
    ) async throws(AviaryError) -> Stat {
        let full = try fullPath(path, "setData")
        var body = ByteBuffer()
        SetDataRequest(path: full, data: data.map { Array(buffer: $0) }, version: version.rawValue)
            .encode(into: &body)
        let reply = try await ask(.setData, body: body, .write, "setData \(path)")
        return try Self.stat(reply, "setData \(path)")
    }

    /// Deletes a znode that has no children.
    public func delete(_ path: String, version: Version = .any) async throws(AviaryError) {
        let body = try deletion(path, version)
        _ = try await ask(.delete, body: body, .write, "delete \(path)")
    }

    /// Deletes what nobody else can mean. That the task is cancelled is no reason to stop.
    func delete(_ path: String, _ manner: Manner, deadline: Duration?) async throws(AviaryError) {
        let body = try deletion(path, .any)
        let reply = try await answer(
            .delete, body: body, manner, "delete \(path)", deadline: deadline)
        guard reply.error == 0 else { throw AviaryError(server: reply.error, operation: "delete \(path)") }
    }

    private func deletion(_ path: String, _ version: Version) throws(AviaryError) -> ByteBuffer {
        let full = try fullPath(path, "delete")
        var body = ByteBuffer()
        VersionedPathRequest(path: full, version: version.rawValue).encode(into: &body)
        return body
    }

    /// - Parameter version: Of the access list, `aversion` in its stat.
    @discardableResult
    public func setACL(
        _ path: String, _ acl: [AccessEntry], version: Version = .any
    ) async throws(AviaryError) -> Stat {
        let full = try fullPath(path, "setACL")
        var body = ByteBuffer()
        SetACLRequest(path: full, acl: acl.map(\.requested), version: version.rawValue).encode(into: &body)
        let reply = try await ask(.setACL, body: body, .write, "setACL \(path)")
        return try Self.stat(reply, "setACL \(path)")
    }

    /// All of them, or none.
    ///
    /// - Throws: What the ensemble has against the first that it refused, with its index.
    @discardableResult
    public func multi(_ operations: [Operation]) async throws(AviaryError) -> [OperationResult] {
        try await multi(operations, deadline: loop.board.now + configuration.deadline).results
    }

    /// Commits nothing by a quorum: when it returns, this session was alive after it was called, and all that
    /// was committed before is visible to this client.
    ///
    /// - Parameter path: What has to be there, and this client may read.
    /// - Returns: The position of it.
    @discardableResult
    public func prove(_ path: String = "/") async throws(AviaryError) -> Zxid {
        try await multi([.check(path)], deadline: loop.board.now + configuration.deadline).zxid
    }

    /// Waits for all that the leader has committed. One that is deposed and does not know it answers too:
    /// `prove` is the question that it cannot answer.
    @discardableResult
    public func sync(_ path: String = "/") async throws(AviaryError) -> Zxid {
        let full = try fullPath(path, "sync")
        return Zxid(try await ask(.sync, body: Self.encoded(path: full), .read, "sync \(path)").zxid)
    }

    /// Says who this client is: now, and on every later connection.
    public func add(_ credential: Credential) async throws(AviaryError) {
        let said = credential.said
        switch await loop.answer({ .authenticate($0, said) }) {
        case .success(let reply):
            guard reply.error == 0 else { throw AviaryError(server: reply.error, operation: "auth") }
        case .failure(let failure): throw AviaryError(failure, operation: "auth", isWrite: false)
        }
    }

    /// Changes who is in the ensemble.
    ///
    /// - Parameters:
    ///   - joining: Lines of `server.N=…` to be added or changed.
    ///   - leaving: Numbers of servers.
    ///   - members: All servers there shall be, instead of the two others.
    ///   - version: Of the configuration that this is a change of, as its first lines say.
    /// - Returns: The new configuration.
    public func reconfigure(
        joining: String? = nil, leaving: String? = nil, members: String? = nil, version: Int64 = -1
    ) async throws(AviaryError) -> Znode {
        var body = ByteBuffer()
        let request = ReconfigRequest(
            joining: joining.map { ByteString($0) }, leaving: leaving.map { ByteString($0) },
            newMembers: members.map { ByteString($0) }, configID: version)
        request.encode(into: &body)
        return try Self.znode(try await ask(.reconfig, body: body, .write, "reconfig"), "reconfig")
    }

    private static func stat(_ reply: ServerReply, _ operation: String) throws(AviaryError) -> Stat {
        try decode(reply, operation) { reader throws(DecodingError) in
            Stat(try Vocabulary.Stat(decoding: &reader))
        }
    }

    func createRequest(
        _ path: String, _ data: ByteBuffer?, _ options: CreateOptions
    ) throws(AviaryError) -> (CreateRequest, OpCode) {
        let full = try fullPath(path, "create", isPrefix: options.isSequential)
        let acl = (options.acl ?? configuration.defaultACL).map(\.requested)
        let sequence: Int32 = options.isSequential ? 1 : 0
        let bytes = data.map { Array(buffer: $0) }
        switch options.lifetime {
        case .persistent:
            return (CreateRequest(path: full, data: bytes, acl: acl, flags: sequence * 2), .create2)
        case .ephemeral:
            return (CreateRequest(path: full, data: bytes, acl: acl, flags: 1 + sequence * 2), .create2)
        case .container:
            guard !options.isSequential else {
                throw AviaryError(.badArguments, operation: "create \(path)")
            }
            return (CreateRequest(path: full, data: bytes, acl: acl, flags: 4), .createContainer)
        case .ttl(let time):
            let request = CreateRequest(
                path: full, data: bytes, acl: acl, flags: 5 + sequence, ttlMs: time.milliseconds)
            return (request, .createTTL)
        }
    }
}
