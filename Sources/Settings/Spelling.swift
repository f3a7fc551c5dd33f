/// Finds the known word that somebody probably meant.
enum Spelling {
    /// The nearest of `words` to `written`, when it is near enough to be a slip of the hand.
    ///
    /// Case does not count. Near enough is a third of the word's letters, at most three: more is guessing.
    static func nearest(to written: String, among words: [String]) -> String? {
        let lowered = Array(written.lowercased().utf8)
        let limit = min(3, lowered.count / 3)
        var best: (word: String, distance: Int)?
        for word in words {
            let distance = edits(from: lowered, to: Array(word.lowercased().utf8))
            if distance <= limit, distance < best?.distance ?? Int.max { best = (word, distance) }
        }
        return best?.word
    }

    /// Levenshtein's distance, with the exchange of two neighbors counting as one edit.
    private static func edits(from source: [UInt8], to target: [UInt8]) -> Int {
        var beforePrevious = [Int](repeating: 0, count: target.count + 1)
        var previous = Array(0...target.count)
        for row in source.indices {
            var current = [row + 1]
            for column in target.indices {
                let isSame = source[row] == target[column]
                var cost = min(
                    current[column] + 1, previous[column + 1] + 1, previous[column] + (isSame ? 0 : 1))
                if row > 0, column > 0, source[row] == target[column - 1], source[row - 1] == target[column] {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[target.count]
    }
}
