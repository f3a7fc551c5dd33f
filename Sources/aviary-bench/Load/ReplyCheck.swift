import Vocabulary

/// Compares what is in replies with what a run has written.
struct ReplyCheck {
    /// A multi's reply has this much before the record of each operation, and once more at its end.
    private static let partHeaderBytes = 9
    /// A failed operation's header and its error.
    private static let failedPartBytes = partHeaderBytes + 4
    /// Digits that the server puts behind the path of a sequential znode.
    private static let sequenceDigits = 10

    let keyspace: Keyspace
    let data: StampedData

    /// The error that a reply reports: in its header, or in a multi's first part that failed; 0 for none.
    func error(in reply: Reply, body: RawSpan, to operation: LoadOperation) -> Int32 {
        guard reply.error == 0, operation == .multi || operation == .multiOfTen else { return reply.error }
        var position = 0
        while body.byteCount >= position + Self.failedPartBytes, body.bigEndianInt32(at: position) == -1 {
            let error = body.bigEndianInt32(at: position + 5)
            if error != 0 { return error }
            position += Self.failedPartBytes
        }
        return 0
    }

    /// Whether the body of a reply without an error is right; nil where nothing is known about it.
    func isRight(_ body: RawSpan, to request: SentRequest) -> Bool? {
        switch request.operation {
        case .getData: data.matches(body, key: request.key)
        case .setData, .exists: body.byteCount == Reply.statBytes && hasLength(body, statAt: 0)
        case .getChildren: hasChildren(body, ofGroup: request.key.group)
        case .create: isPath(body, keyspace.created.path(of: request.key), digits: 0)
        case .createEphemeral:
            isPath(body, keyspace.sequential.path(of: request.key), digits: Self.sequenceDigits)
        case .multi: isMulti(body, setCount: 1)
        case .multiOfTen: isMulti(body, setCount: 9)
        case .delete, .sync: nil
        }
    }

    private func hasLength(_ body: RawSpan, statAt offset: Int) -> Bool {
        body.bigEndianInt32(at: offset + Stat.dataLengthOffset) == Int32(data.filler.count)
    }

    /// All children, named as keys are; more of them where an earlier run left some.
    private func hasChildren(_ body: RawSpan, ofGroup group: Int) -> Bool {
        guard body.byteCount >= 4 else { return false }
        let count = Int(body.bigEndianInt32(at: 0))
        return (keyspace.childCount(ofGroup: group)...Keyspace.nodesPerGroup).contains(count)
            && body.byteCount == 4 + count * (4 + "node-000".utf8.count) + Reply.statBytes
    }

    /// `path`, and behind it so many digits.
    private func isPath(_ body: RawSpan, _ path: [UInt8], digits: Int) -> Bool {
        let length = path.count + digits
        guard body.byteCount == 4 + length, body.bigEndianInt32(at: 0) == Int32(length) else { return false }
        for index in 0..<length {
            // Bounds are checked; any byte is a UInt8.
            let byte = body.unsafeLoad(fromByteOffset: 4 + index, as: UInt8.self)
            let isRight = index < path.count ? byte == path[index] : (0x30...0x39).contains(byte)
            guard isRight else { return false }
        }
        return true
    }

    /// The results of a check and of so many setData.
    private func isMulti(_ body: RawSpan, setCount: Int) -> Bool {
        let setBytes = Self.partHeaderBytes + Reply.statBytes
        guard body.byteCount == 2 * Self.partHeaderBytes + setCount * setBytes,
            body.bigEndianInt32(at: 0) == OpCode.check.rawValue,
            body.bigEndianInt32(at: body.byteCount - Self.partHeaderBytes) == -1
        else { return false }
        for position in stride(from: Self.partHeaderBytes, to: body.byteCount - setBytes, by: setBytes) {
            guard body.bigEndianInt32(at: position) == OpCode.setData.rawValue,
                hasLength(body, statAt: position + Self.partHeaderBytes)
            else { return false }
        }
        return true
    }
}

/// Where in the wire's Stat the length of the data is.
private enum Stat {
    static let dataLengthOffset = 52
}
