internal import Vocabulary

/// A file of a log as its node left it or as damage left it.
struct FoundSegment {
    /// The zxid in its name.
    let name: Zxid
    /// nil where it cannot be read that far.
    let head: SegmentHead?
}

/// The content that one file of a log has to have: the rows between two links of the chain, as far as the
/// rest of the folder can say.
struct Stretch: Equatable {
    /// The zxid in the name of its file, and of the link that it begins after.
    let name: Zxid
    /// nil where only the rows before can say.
    let start: RowChain?
    /// Where it has to end: whatever rows are put together in between, only the right ones arrive there. nil
    /// where nothing that is left says so.
    let end: RowChain?
    /// The zxid at its end; nil in the newest.
    let next: Zxid?

    var isNewest: Bool { next == nil }
}

extension Stretch {
    /// Puts the words of all files, and of the acknowledged mark, together.
    ///
    /// - Parameters:
    ///   - found: Oldest first.
    ///   - mark: The last row that the node has vouched for; nil where that is lost.
    ///   - isCovered: Whether a snapshot stands for what came before the oldest file.
    /// - Returns: nil where two of them contradict each other: then a file belongs to another log.
    static func all(of found: [FoundSegment], mark: RowChain?, isCovered: Bool) -> [Stretch]? {
        var links: [Zxid: RowChain] = [:]
        var names = found.map(\.name)
        if !isCovered { names.append(.zero) }
        var said: [RowChain] = []
        for segment in found {
            guard let head = segment.head, head.isBegun else { continue }
            guard head.numbers.start.zxid == segment.name else { return nil }
            said.append(head.numbers.start)
            guard let completion = head.completion else { continue }
            said.append(completion.end)
            names.append(completion.end.zxid)
        }
        if let mark { said.append(mark) }
        if names.contains(.zero) { said.append(.empty) }
        for link in said {
            guard links[link.zxid] ?? link == link else { return nil }
            links[link.zxid] = link
        }
        let boundaries = Set(names).sorted()
        return boundaries.indices.map { index in
            let name = boundaries[index]
            let next = index + 1 < boundaries.count ? boundaries[index + 1] : nil
            let end = next.map { links[$0] } ?? mark.flatMap { $0.zxid >= name ? $0 : links[name] }
            return Stretch(name: name, start: links[name], end: end, next: next)
        }
    }
}
