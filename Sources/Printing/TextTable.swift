/// Lines of cells, made as wide as their columns need.
package struct TextTable {
    package enum Side: Sendable {
        case left
        case right
    }

    private let columns: [(title: String, side: Side)]
    private var lines: [[String]] = []

    /// A title that ends with `>` stands, as its column does, on the right.
    package init(_ titles: String...) {
        columns = titles.map { title in
            title.hasSuffix(">") ? (String(title.dropLast()), .right) : (title, .left)
        }
    }

    package mutating func add(_ cells: String...) { add(cells) }
    /// Each on one line, whatever is in it.
    package mutating func add(_ cells: [String]) { lines.append(cells.map { ScreenText.safe($0) }) }

    package var isEmpty: Bool { lines.isEmpty }

    /// The table with its titles; no blanks at the end of a line.
    package var text: String {
        let titles = columns.map(\.title)
        let all = titles.allSatisfy(\.isEmpty) ? lines : [titles] + lines
        let widths = columns.indices.map { column in
            all.map { column < $0.count ? TextTable.width(of: $0[column]) : 0 }.max() ?? 0
        }
        return all.map { line in
            var text = ""
            for (column, cell) in line.enumerated() {
                let room = String(repeating: " ", count: max(0, widths[column] - TextTable.width(of: cell)))
                text +=
                    (column > 0 ? "  " : "") + (columns[column].side == .right ? room + cell : cell + room)
            }
            while text.last == " " { text.removeLast() }
            return text + "\n"
        }.joined()
    }

    private static func width(of cell: String) -> Int { cell.count }
}

/// Names and what they are, one a line.
package struct FactSheet {
    private var facts: [(name: String, value: String)] = []

    package init() {}

    package mutating func add(_ name: String, _ value: String) {
        facts.append((name, ScreenText.safe(value)))
    }

    package var text: String {
        let width = facts.map(\.name.count).max() ?? 0
        return facts.map { fact in
            fact.name + String(repeating: " ", count: width - fact.name.count + 2) + fact.value + "\n"
        }.joined()
    }
}
