/// The thing that a request asks for, as far as the request alone tells.
enum AdminRoute: Equatable {
    case index
    /// `name` as it was written, which errors echo.
    case command(AdminCommand, name: String, traceMask: String?)
    case metrics(names: Set<String>)
    case live
    case ready
    /// There is an answer to it whatever the node does.
    case reply(AdminReply)
}

extension AdminRoute {
    /// A request's first line and the one header that is looked at.
    struct Request {
        var method: String
        /// With the query.
        var target: String
        var authorization: String?
    }

    init(_ request: Request, commandPath: String) {
        switch request.method {
        case "GET", "HEAD", "POST": break
        case "OPTIONS":
            self = .reply(AdminReply(allowed: "GET, HEAD, POST, TRACE, OPTIONS"))
            return
        case "TRACE":
            self = .reply(AdminReply(status: .forbidden))
            return
        default:
            self = .reply(AdminReply(status: .methodNotAllowed))
            return
        }
        let parts = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = String(parts[0])
        let query = Query(parts.count > 1 ? String(parts[1]) : "")
        switch path {
        case commandPath, commandPath + "/": self = .index
        case "/livez": self = .live
        case "/readyz": self = .ready
        case "/metrics": self = .metrics(names: Set(query.all("name[]")))
        case _ where path.hasPrefix(commandPath + "/"):
            let name = Query.decoded(path.dropFirst(commandPath.count + 1), plusIsBlank: false)
            self = AdminRoute.named(name, request, query)
        default: self = .reply(.text(.notFound, "Not Found\n"))
        }
    }

    private static func named(_ name: String, _ request: Request, _ query: Query) -> AdminRoute {
        guard let command = AdminCommand(name: name) else {
            return .reply(.json(command: name, error: "Unknown command: \(name)"))
        }
        let isAllowed: Bool
        switch (command, request.method) {
        case (.restore, "POST"), (.snapshot, "GET"): isAllowed = true
        // A HEAD would have it done and say nothing of it.
        case (_, "HEAD"): isAllowed = !command.isChange && !command.needsAuthorization
        case (_, "POST"): isAllowed = command.isChange
        default: isAllowed = command != .restore
        }
        if isAllowed { return .command(command, name: name, traceMask: query.first("traceMask")) }
        // Who asks for the tree is told first that he is nobody.
        if command.needsAuthorization, let refusal = AdminRoute.refusal(request.authorization, name) {
            return .reply(refusal)
        }
        var reply = AdminReply.json(.methodNotAllowed, command: name, error: "Method not allowed")
        reply.allowed = command == .restore ? "POST" : "GET, HEAD"
        return .reply(reply)
    }

    /// - Returns: nil where somebody is named, by one of the schemes that are here.
    static func refusal(_ authorization: String?, _ name: String) -> AdminReply? {
        guard let authorization else {
            return .json(.unauthorized, command: name, error: "Auth info is missing for the command")
        }
        let words = authorization.split(separator: " ", omittingEmptySubsequences: false)
        let isKnown = (words.count == 2 && words[0] == "digest" && words[1].contains(":")) || words == ["ip"]
        return isKnown ? nil : .json(.unauthorized, command: name, error: "Not authenticated")
    }
}

/// The parameters behind a question mark.
struct Query {
    private let parameters: [(name: String, value: String)]

    init(_ text: String) {
        parameters = text.split(separator: "&").map { part in
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = sides.count > 1 ? Query.decoded(sides[1], plusIsBlank: true) : ""
            return (Query.decoded(sides[0], plusIsBlank: true), value)
        }
    }

    func first(_ name: String) -> String? { parameters.first { $0.name == name }?.value }
    func all(_ name: String) -> [String] { parameters.filter { $0.name == name }.map(\.value) }

    /// Without percent signs, but for those that no two hexadecimal digits follow.
    static func decoded(_ text: Substring, plusIsBlank: Bool) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2, digits.first != UInt8(ascii: "+"),
                let number = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                bytes.append(number)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(plusIsBlank && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
