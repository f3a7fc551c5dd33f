/// Numbers over time as bars of text, for a terminal or a file.
package enum BarPlot {
    private static let blocks: [Character] = Array(" ▁▂▃▄▅▆▇█")

    /// `height` lines, the highest value filling them; an axis on the left says what that is.
    package static func text(_ values: [Int], height: Int = 6) -> String {
        guard let top = values.max(), top > 0 else { return "" }
        let label = top.grouped
        let eighths = values.map { value in
            value == 0 ? 0 : max(1, Int((Double(value) / Double(top) * Double(height * 8)).rounded()))
        }
        var text = ""
        for line in (0..<height).reversed() {
            let axis = line == height - 1 ? label : line == 0 ? "0" : ""
            text += String(repeating: " ", count: label.count - axis.count) + axis + " │"
            var bars = eighths.map { blocks[min(8, max(0, $0 - line * 8))] }
            while bars.last == " " { bars.removeLast() }
            text += String(bars) + "\n"
        }
        return text
    }

    /// One line of a share: `██████▌   `.
    package static func bar(_ value: Int, of whole: Int, width: Int) -> String {
        guard whole > 0 else { return "" }
        let partial: [Character] = Array(" ▏▎▍▌▋▊▉")
        let eighths = Int((Double(value) / Double(whole) * Double(width * 8)).rounded())
        let full = String(repeating: "█", count: eighths / 8)
        return eighths % 8 == 0 ? full : full + String(partial[eighths % 8])
    }
}
