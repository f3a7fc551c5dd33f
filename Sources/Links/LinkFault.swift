internal import Wire

/// A violation of the protocol by the other server. Closes that one connection and nothing else.
struct LinkFault: Error, Equatable, CustomStringConvertible {
    /// Continues the sentence "closed, because it …".
    let reason: String

    var description: String { "it \(reason)" }

    init(_ reason: String) {
        self.reason = reason
    }

    init(_ what: String, _ error: DecodingError) {
        self.reason = "\(what): \(error)"
    }
}
