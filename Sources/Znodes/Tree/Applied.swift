package import Vocabulary

/// One thing that a transaction did to the tree: what its client is told, and what watches fire on.
package struct Applied: Sendable {
    package enum Kind: Sendable {
        case created(Creation.Kind)
        case deleted
        case dataChanged
        case aclChanged
        /// A check inside a multi: nothing happened, as wanted.
        case checked
        case failed(code: Int32)
    }

    package var kind: Kind
    package var path: ZnodePath
    /// The znode's stat after the change; nil where it is gone or was never there.
    package var stat: Stat?
    /// The ACL of the znode, by which its watchers may read it.
    package var acl: ACL
    /// The ACL of its parent.
    package var parentACL: ACL

    package init(_ kind: Kind, path: ZnodePath = .root, stat: Stat? = nil, acl: ACL = [], parentACL: ACL = [])
    {
        self.kind = kind
        self.path = path
        self.stat = stat
        self.acl = acl
        self.parentACL = parentACL
    }

    static func failed(_ code: ErrorCode) -> Applied { Applied(.failed(code: code.rawValue)) }
}
