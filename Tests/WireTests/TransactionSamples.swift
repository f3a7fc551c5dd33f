import Vocabulary
import Znodes

/// One change of each kind and shape.
enum TransactionSamples {
    static let changes: [Change] = alone + elements.filter { !isCheck($0) } + [.multi([]), .multi(elements)]

    private static let alone: [Change] = [
        .setACL(path: "/a", acl: [], version: 3),
        .setACL(path: "/a", acl: .open + .readOnly, version: .max),
        .reconfig(path: "/zookeeper/config", data: Array("version=0".utf8), version: -1),
        .createSession(timeoutMs: 30_000),
        .closeSession(paths: []),
        .closeSession(paths: ["/a"]),
        .closeSession(paths: ["/a", "/b", "/c/d"]),
    ]

    private static let elements: [Change] =
        creations + [
            .delete(path: "/a", isSweep: false),
            .delete(path: "/a", isSweep: true),
            .setData(path: "/a", data: nil, version: 1),
            .setData(path: "/a", data: [], version: .min),
            .setData(path: "/a", data: [1, 2, 3], version: 0),
            .check(path: "/a", version: 4),
            .error(code: -110),
        ]

    private static let creations: [Change] = [
        (.create, true), (.create, false), (.create2, false), (.container, false),
        (.ttl(milliseconds: 1 << 39), false),
    ].map { kind, isEphemeral in
        .create(
            Creation(
                kind: kind, path: "/a/b", data: [7], acl: .open, isEphemeral: isEphemeral, parentCversion: 12)
        )
    }

    private static func isCheck(_ change: Change) -> Bool {
        if case .check = change { true } else { false }
    }
}
