package import Vocabulary

/// Names an access control list of the tree.
package struct ACLID: Hashable, Sendable {
    package let rawValue: UInt32

    /// Everyone may do everything: most znodes.
    package static let open = ACLID(rawValue: 0)
    /// The number under which snapshots keep the list; they have no row for the open one.
    var number: Int64 { self == .open ? ACLID.openNumber : Int64(rawValue) }
    package static let openNumber: Int64 = -1
    /// Marks a record of the arena that holds no znode.
    static let free = ACLID(rawValue: .max)
}

/// An access control list as znodes of the same moment name it.
package struct NumberedACL: Equatable, Sendable {
    package let number: Int64
    package let acl: ACL

    package init(number: Int64, acl: ACL) {
        self.number = number
        self.acl = acl
    }
}

/// The access control lists in use, each kept once and counted.
package struct ACLTable {
    private var lists: [ACL] = [.open]
    private var uses: [Int] = [1]
    private var ids: [ACL: ACLID] = [.open: .open]
    private var free: [ACLID] = []

    package init() {}

    package subscript(id: ACLID) -> ACL { lists[Int(id.rawValue)] }

    /// Lists in use, the open one included.
    package var count: Int { ids.count }

    /// The id of `acl`, used once more.
    package mutating func retain(_ acl: ACL) -> ACLID {
        if let id = ids[acl] {
            uses[Int(id.rawValue)] += 1
            return id
        }
        let id = free.popLast() ?? ACLID(rawValue: UInt32(lists.count))
        if Int(id.rawValue) == lists.count {
            lists.append(acl)
            uses.append(1)
        } else {
            lists[Int(id.rawValue)] = acl
            uses[Int(id.rawValue)] = 1
        }
        ids[acl] = id
        return id
    }

    /// Used once more.
    mutating func retain(_ id: ACLID) {
        if id != .open { uses[Int(id.rawValue)] += 1 }
    }

    /// Every list in use but the open one, by its id.
    var numbered: [NumberedACL] {
        uses.indices.dropFirst().filter { uses[$0] > 0 }.map {
            NumberedACL(number: ACLID(rawValue: UInt32($0)).number, acl: lists[$0])
        }
    }

    /// Used once less; a list that nobody uses is forgotten. The open list stays.
    package mutating func release(_ id: ACLID) {
        guard id != .open else { return }
        uses[Int(id.rawValue)] -= 1
        guard uses[Int(id.rawValue)] == 0 else { return }
        ids[lists[Int(id.rawValue)]] = nil
        lists[Int(id.rawValue)] = []
        free.append(id)
    }
}
