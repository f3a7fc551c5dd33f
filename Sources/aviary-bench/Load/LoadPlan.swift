/// Everything that shapes a mixed load.
struct LoadPlan {
    enum Limit: Equatable {
        case nanoseconds(UInt64)
        case requests(Int)
    }

    var keyspace: Keyspace
    var data: StampedData
    var mix: OperationMix
    var distribution: Distribution
    var seed: UInt64
    /// Requests each session keeps on their way.
    var outstanding: Int
    var warmupNanoseconds: UInt64
    var limit: Limit
}

/// The frames of a mixed load, one for each operation.
struct LoadTemplates {
    let create: RequestTemplate
    let delete: RequestTemplate
    private let ofKeys: [RequestTemplate]

    init(keyspace: Keyspace, data: StampedData) {
        create = .create(keyspace.created, data: data)
        delete = .delete(keyspace.created)
        ofKeys = LoadOperation.allCases.sorted { $0.index < $1.index }.map { operation in
            switch operation {
            case .getData: .getData(keyspace.node)
            case .setData: .setData(keyspace.node, data: data)
            case .create: .create(keyspace.created, data: data)
            case .delete: .delete(keyspace.created)
            case .exists: .exists(keyspace.node)
            case .getChildren: .getChildren(keyspace.group)
            case .multi: .multi(keyspace.node, data: data)
            case .sync: .sync(keyspace.node)
            case .createEphemeral: .createEphemeral(keyspace.sequential, data: data)
            case .multiOfTen:
                .multiOfTen(checking: keyspace.group, setting: keyspace.node, data: data)
            }
        }
    }

    subscript(operation: LoadOperation) -> RequestTemplate { ofKeys[operation.index] }
}
