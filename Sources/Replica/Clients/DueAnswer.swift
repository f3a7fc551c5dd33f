internal import Vocabulary

/// What a request is answered when its turn among its client's requests comes.
struct DueAnswer {
    let kind: WaitingRequest.Kind
    /// The connection ends behind it, and nothing more is taken in from it.
    var isLast = false
}
