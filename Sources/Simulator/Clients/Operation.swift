internal import NIOCore
internal import SeededRandom
internal import Vocabulary
internal import Wire

/// A request of a simulated client. Every value is written once in a run.
enum Operation: Equatable {
    case set(ZnodePath, String, version: Int32)
    case create(ZnodePath, String)
    /// `pad`: bytes that its name has too many.
    case createEphemeral(in: ZnodePath, String, pad: Int)
    case delete(ZnodePath)
    /// The same value at two places; with `fails`, together with a check that cannot hold.
    case setPair(String, fails: Bool)
    case get(ZnodePath, isWatched: Bool)
    case exists(ZnodePath, isWatched: Bool)
    case children(ZnodePath, isWatched: Bool)
    case sync(ZnodePath)
    case setWatches(SetWatchesRequest)

    static let registers = (0..<4).map { ZnodePath("/r\($0)") }
    static let places = (0..<3).map { ZnodePath("/n\($0)") }
    static let pair = [ZnodePath("/a"), ZnodePath("/b")]
    static let counted = ZnodePath("/counted")
    static let group = ZnodePath("/group")

    /// The znodes that every client makes sure are there.
    static let preparations: [Operation] =
        (registers + pair + [counted, group]).map { .create($0, "") }

    var isWrite: Bool {
        switch self {
        case .set, .create, .createEphemeral, .delete, .setPair: true
        case .get, .exists, .children, .sync, .setWatches: false
        }
    }

    /// - Parameters:
    ///   - value: Not used before.
    ///   - counted: The version of the znode for conditional writes, as this client knows it.
    ///   - pad: Of the names of ephemerals.
    static func any(
        value: String, counted version: Int32, pad: Int, using dice: inout SeededGenerator
    ) -> Operation {
        let register = registers.randomElement(using: &dice) ?? group
        let place = places.randomElement(using: &dice) ?? group
        let isWatched = dice.isOneIn(2)
        switch Int.random(in: 0..<16, using: &dice) {
        case 0, 1, 2: return .set(register, value, version: -1)
        case 3: return .set(counted, value, version: version)
        case 4, 5: return .create(place, value)
        case 6: return .delete(place)
        case 7: return .createEphemeral(in: group, value, pad: pad)
        case 8, 9: return .setPair(value, fails: dice.isOneIn(4))
        case 10, 11: return .get(register, isWatched: isWatched)
        case 12: return .get(counted, isWatched: isWatched)
        case 13: return .exists(place, isWatched: isWatched)
        case 14: return .children(group, isWatched: isWatched)
        default: return .sync(register)
        }
    }

    /// The value that this operation alone writes; nil where it writes none.
    var value: String? {
        switch self {
        case .set(_, let value, _), .create(_, let value), .createEphemeral(_, let value, _),
            .setPair(let value, _):
            value.isEmpty ? nil : value
        case .delete, .get, .exists, .children, .sync, .setWatches: nil
        }
    }

    var code: OpCode {
        switch self {
        case .set: .setData
        case .create: .create
        case .createEphemeral: .create2
        case .delete: .delete
        case .setPair: .multi
        case .get: .getData
        case .exists: .exists
        case .children: .getChildren
        case .sync: .sync
        case .setWatches: .setWatches
        }
    }

    func encode(into buffer: inout ByteBuffer) {
        switch self {
        case .set(let path, let value, let version):
            SetDataRequest(path: path, data: Array(value.utf8), version: version).encode(into: &buffer)
        case .create(let path, let value):
            CreateRequest(path: path, data: Array(value.utf8), acl: .everyone, flags: 0)
                .encode(into: &buffer)
        case .createEphemeral(let parent, let value, let pad):
            let name = "e" + String(repeating: "-", count: 1 + pad)
            CreateRequest(
                path: parent.appending(name.utf8), data: Array(value.utf8), acl: .everyone, flags: 3
            ).encode(into: &buffer)
        case .delete(let path): VersionedPathRequest(path: path, version: -1).encode(into: &buffer)
        case .setPair(let value, let fails):
            var writes = Operation.pair.map { path in
                MultiWrite.setData(SetDataRequest(path: path, data: Array(value.utf8), version: -1))
            }
            if fails { writes.append(.check(VersionedPathRequest(path: Operation.group, version: 77))) }
            MultiRequest(writes: writes).encode(into: &buffer)
        case .get(let path, let isWatched), .exists(let path, let isWatched),
            .children(let path, let isWatched):
            PathWatchRequest(path: path, watch: isWatched).encode(into: &buffer)
        case .sync(let path): PathRequest(path: path).encode(into: &buffer)
        case .setWatches(let request): request.encode(into: &buffer)
        }
    }
}

extension [RequestedACLEntry] {
    fileprivate static let everyone = [
        RequestedACLEntry(permissions: .all, scheme: "world", id: "anyone")
    ]
}
