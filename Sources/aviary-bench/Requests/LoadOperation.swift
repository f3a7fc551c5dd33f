/// The operations that a load may consist of.
enum LoadOperation: String, CaseIterable {
    case getData, setData, create, delete, exists, getChildren, multi, sync
    /// An ephemeral sequential znode, which goes when its session is closed.
    case createEphemeral
    /// A check of a version and nine setData, as one transaction.
    case multiOfTen

    /// A row number for tables indexed by operation.
    var index: Int {
        switch self {
        case .getData: 0
        case .setData: 1
        case .create: 2
        case .delete: 3
        case .exists: 4
        case .getChildren: 5
        case .multi: 6
        case .sync: 7
        case .createEphemeral: 8
        case .multiOfTen: 9
        }
    }
}
