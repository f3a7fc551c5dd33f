/// The place of one contender among all that stand for a lock, as their names say.
///
/// A name ends in the number that the server gave it, ten digits; the lowest holds the lock. Names of another
/// kind stand for something else.
package enum LockView: Equatable, Sendable {
    case held
    /// The next before it: the one to wait for.
    case behind(String)
    /// Not there any more.
    case gone

    /// - Parameter token: The text before the number, in all names that stand for this lock.
    package init(of name: String, among names: [String], token: String) {
        let contenders = LockView.inOrder(names, token: token)
        guard let place = contenders.firstIndex(of: name) else {
            self = .gone
            return
        }
        self = place == 0 ? .held : .behind(contenders[place - 1])
    }

    /// All who stand for the lock, the holder first.
    package static func inOrder(_ names: [String], token: String) -> [String] {
        names.compactMap { name in number(of: name, token: token).map { (number: $0, name: name) } }
            .sorted { ($0.number, $0.name) < ($1.number, $1.name) }.map(\.name)
    }

    /// Servers count on with negative numbers, which have a sign before ten digits.
    private static func number(of name: String, token: String) -> Int32? {
        guard let range = name.lastRange(of: token) else { return nil }
        let digits = name[range.upperBound...]
        guard digits.utf8.count >= 10 else { return nil }
        return Int32(digits)
    }
}

extension String {
    fileprivate func lastRange(of text: String) -> Range<String.Index>? {
        ranges(of: text).last
    }
}
