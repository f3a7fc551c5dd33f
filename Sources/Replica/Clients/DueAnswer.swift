internal import Vocabulary

/// The answer to a request, for when its turn among its client's requests comes.
struct DueAnswer {
    let kind: WaitingRequest.Kind
    /// The connection ends behind it, and nothing more is taken in from it.
    var isLast = false
}
