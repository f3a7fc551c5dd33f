/// An answer, but for what belongs to the connection.
struct AdminReply: Sendable, Equatable {
    enum Status: Int, Sendable {
        case ok = 200
        case badRequest = 400
        case unauthorized = 401
        case forbidden = 403
        case notFound = 404
        case methodNotAllowed = 405
        case unavailable = 503
    }

    var status = Status.ok
    var contentType: String?
    /// For 405 and OPTIONS.
    var allowed: String?
    var body: [UInt8] = []

    static func json(_ status: Status = .ok, command: String, error: String?) -> AdminReply {
        var text = JSONText()
        text.object { text in
            text.member("command", command)
            text.key("error")
            if let error { text.text(error) } else { text.plain("null") }
        }
        return AdminReply(status: status, contentType: jsonType, body: text.bytes)
    }

    static func text(_ status: Status, _ text: String) -> AdminReply {
        AdminReply(status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    static let jsonType = "application/json"
    /// The text format of Prometheus.
    static let expositionType = "text/plain; version=0.0.4; charset=utf-8"
    static let notServing = "This ZooKeeper instance is not currently serving requests"
}
