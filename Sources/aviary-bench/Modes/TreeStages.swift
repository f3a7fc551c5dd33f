import Vocabulary

/// The stages that make and remove the tree of a run.
extension Keyspace {
    /// The root with its ancestors, the groups, the keys, and as many groups for sessions to create in.
    func buildingStages(data: StampedData, createdGroupCount: Int) -> [StagedRequests.Stage] {
        let empty = StampedData(byteCount: 0)
        return rootStages
            + [
                stage(.create(group, data: empty), 0..<groupCount, .groups, .nodeExists),
                stage(.create(createdGroup, data: empty), 0..<createdGroupCount, .groups, .nodeExists),
                stage(.create(node, data: data), 0..<keyCount, .keys, .nodeExists),
            ]
    }

    /// The root with its ancestors alone.
    var rootStages: [StagedRequests.Stage] {
        rootAndAncestors.map { shape in
            stage(.create(shape, data: StampedData(byteCount: 0)), 0..<1, .groups, .nodeExists)
        }
    }

    /// Overwrites the data of keys that an earlier run left.
    func rewritingStages(data: StampedData) -> [StagedRequests.Stage] {
        [stage(.setData(node, data: data), 0..<keyCount, .keys)]
    }

    /// Stages that remove what sessions created during a load, by the groups they did it in.
    func createdRemovingStages(_ created: [Range<Int>]) -> [StagedRequests.Stage] {
        let leftovers = created.enumerated().map { group, range in
            stage(.delete(self.created), range, .created(group: group), .noNode)
        }
        return leftovers + [stage(.delete(createdGroup), 0..<created.count, .groups, .noNode, .notEmpty)]
    }

    /// Keys, groups and root, the children first. Ancestors of the root stay when they have other children.
    var keyRemovingStages: [StagedRequests.Stage] {
        [
            stage(.delete(node), 0..<keyCount, .keys, .noNode),
            stage(.delete(group), 0..<groupCount, .groups, .noNode, .notEmpty),
        ] + rootRemovingStages
    }

    var rootRemovingStages: [StagedRequests.Stage] {
        rootAndAncestors.reversed().map { shape in
            stage(.delete(shape), 0..<1, .groups, .noNode, .notEmpty)
        }
    }

    func watchedBuildingStages(data: StampedData) -> [StagedRequests.Stage] {
        rootStages + [stage(.create(watched, data: data), 0..<1, .groups, .nodeExists)]
    }

    var watchedRemovingStages: [StagedRequests.Stage] {
        [stage(.delete(watched), 0..<1, .groups, .noNode)] + rootRemovingStages
    }

    private func stage(
        _ template: RequestTemplate, _ range: Range<Int>, _ numbering: StagedRequests.Stage.Numbering,
        _ accepted: ErrorCode...
    ) -> StagedRequests.Stage {
        StagedRequests.Stage(
            template: template, range: range, numbering: numbering, accepted: Set(accepted.map(\.rawValue)))
    }
}
