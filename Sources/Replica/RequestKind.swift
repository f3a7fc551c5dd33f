internal import Vocabulary

/// A kind of request, as operators count them: requests that do the same in different words are one.
package enum RequestKind: Int, CaseIterable, Sendable {
    case create, delete, exists, getData, setData, getACL, setACL, getChildren, sync, ping, multi, multiRead
    case watches, closeSession, other

    /// - Parameter type: The number in the request.
    package init(type: Int32) {
        self =
            switch OpCode(rawValue: type) {
            case .getData: .getData
            case .setData: .setData
            case .ping: .ping
            case .exists: .exists
            case .create, .create2, .createContainer, .createTTL: .create
            case .delete, .deleteContainer: .delete
            case .getACL: .getACL
            case .setACL: .setACL
            case .getChildren, .getChildren2, .getAllChildrenNumber: .getChildren
            case .sync: .sync
            case .multi: .multi
            case .multiRead: .multiRead
            case .setWatches, .setWatches2, .addWatch, .checkWatches, .removeWatches: .watches
            case .closeSession: .closeSession
            default: .other
            }
    }
}
