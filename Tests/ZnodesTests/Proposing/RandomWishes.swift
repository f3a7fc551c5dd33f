import SeededRandom
import Vocabulary
import Znodes

/// Requests as careless clients might send them, over so few paths that they meet.
struct RandomWishes {
    var generator: SeededGenerator
    private static let sessions: [SessionID] = [16, 32, 48].map(SessionID.init(rawValue:))
    private static let names = ["a", "b", "c"]

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    mutating func next() -> Proposer.Wish {
        let session = pick(Self.sessions)
        if generator.isOneIn(20) { return .close(session) }
        let requester = Requester(
            session: session,
            identities: [Identity(scheme: "digest", id: ByteString("u\(session.rawValue):h"))])
        if generator.isOneIn(5) {
            let operations = (0..<Int.random(in: 0...5, using: &generator)).map { _ in operation() }
            return .write(.multi(operations), by: requester)
        }
        if generator.isOneIn(12) { return .write(.sweep(path: path()), by: requester) }
        return .write(operation(), by: requester)
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &generator)]
    }

    private mutating func path() -> ZnodePath {
        let depth = pick([1, 1, 1, 2, 2, 3])
        return ZnodePath((0..<depth).map { _ in "/" + pick(Self.names) }.joined())
    }

    private mutating func data() -> [UInt8]? {
        generator.isOneIn(6) ? nil : [UInt8](repeating: 7, count: Int.random(in: 0...20, using: &generator))
    }

    private mutating func acl() -> [RequestedACLEntry] {
        if generator.isOneIn(10) { return [RequestedACLEntry(permissions: .all, scheme: "auth", id: "")] }
        let permissions: Permissions = generator.isOneIn(15) ? .read : .all
        return [RequestedACLEntry(permissions: permissions, scheme: "world", id: "anyone")]
    }

    private mutating func operation() -> Operation {
        let version: Int32 = pick([-1, -1, -1, -1, 0, 1])
        switch Int.random(in: 0..<10, using: &generator) {
        case 0...4: return .create(create())
        case 5...6: return .delete(path: path(), version: version)
        case 7: return .setData(path: path(), data: data(), version: version)
        case 8: return .setACL(path: path(), acl: acl(), version: version)
        default: return .check(path: path(), version: version)
        }
    }

    private mutating func create() -> CreateOperation {
        let opcode: CreateOperation.Opcode = pick([.create, .create, .create2, .createContainer, .createTTL])
        let flags: Int32 = opcode == .createTTL ? pick([5, 6]) : pick([0, 0, 1, 1, 2, 3, 9])
        return CreateOperation(
            opcode: opcode, path: path(), data: data(), acl: acl(), flags: flags,
            ttlMs: opcode == .createTTL ? 1000 : -1)
    }
}
