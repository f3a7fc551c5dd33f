internal import ClientCore
internal import NIOCore
internal import Vocabulary
internal import Wire

extension AviaryClient {
    func multi(
        _ operations: [Operation], deadline: Duration
    ) async throws(AviaryError) -> (results: [OperationResult], zxid: Zxid) {
        let name = "multi of \(operations.count)"
        var writes: [MultiWrite] = []
        for operation in operations { writes.append(try write(operation)) }
        var body = ByteBuffer()
        MultiRequest(writes: writes).encode(into: &body)
        let reply = try await answer(.multi, body: body, .write, name, deadline: deadline)
        guard reply.error == 0 else { throw AviaryError(server: reply.error, operation: name) }
        let results = try Self.decode(reply, name) { reader throws(DecodingError) in
            try MultiResult.decodeAll(&reader)
        }
        guard results.count == operations.count else {
            throw AviaryError(.protocolViolation, .unknown, operation: name)
        }
        var done: [OperationResult] = []
        for (index, result) in results.enumerated() {
            switch result {
            // Those before the one that failed say 0, those behind it that another one failed.
            case .failed(code: 0): continue
            case .failed(let code):
                throw AviaryError(
                    server: code, operation: operations[index].description, operationIndex: index)
            case .create(let path): done.append(.created(Created(path: shownPath(path), stat: nil)))
            case .create2(let path, let stat):
                done.append(.created(Created(path: shownPath(path), stat: Stat(stat))))
            case .delete: done.append(.deleted)
            case .setData(let stat): done.append(.changed(Stat(stat)))
            case .check: done.append(.checked)
            }
        }
        guard done.count == operations.count else {
            throw AviaryError(.protocolViolation, .unknown, operation: name)
        }
        return (done, Zxid(reply.zxid))
    }

    private func write(_ operation: Operation) throws(AviaryError) -> MultiWrite {
        switch operation {
        case .create(let path, let data, let options):
            let (request, opcode) = try createRequest(path, data, options)
            return .create(request, opcode: opcode.rawValue)
        case .delete(let path, let version):
            return .delete(
                VersionedPathRequest(path: try fullPath(path, "delete"), version: version.rawValue))
        case .setData(let path, let data, let version):
            return .setData(
                SetDataRequest(
                    path: try fullPath(path, "setData"), data: data.map { Array(buffer: $0) },
                    version: version.rawValue))
        case .check(let path, let version):
            return .check(
                VersionedPathRequest(path: try fullPath(path, "check"), version: version.rawValue))
        }
    }
}

extension Operation: CustomStringConvertible {
    /// Without the data.
    public var description: String {
        switch self {
        case .create(let path, _, _): "create \(path)"
        case .delete(let path, _): "delete \(path)"
        case .setData(let path, _, _): "setData \(path)"
        case .check(let path, _): "check \(path)"
        }
    }
}
