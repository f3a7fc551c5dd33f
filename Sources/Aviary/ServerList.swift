internal import ClientCore

/// Where an ensemble is: `host:port,host:port/chroot`, as ZooKeeper's clients write it.
public struct ServerList: Hashable, Sendable, CustomStringConvertible {
    let hosts: [HostAddress]
    /// Below which all paths of the client are; empty for none.
    let root: String

    /// - Throws: `badArguments`, when there is no server in it, or a port that is none.
    public init(parsing text: String) throws(AviaryError) {
        let cut = text.firstIndex(of: "/") ?? text.endIndex
        var root = String(text[cut...])
        if root == "/" { root = "" }
        self.root = root
        var hosts: [HostAddress] = []
        for part in text[..<cut].split(separator: ",") {
            let entry = part.drop { $0 == " " }
            guard let host = ServerList.address(entry) else {
                throw AviaryError(.badArguments, operation: "servers \(text)")
            }
            hosts.append(host)
        }
        guard !hosts.isEmpty else { throw AviaryError(.badArguments, operation: "servers \(text)") }
        self.hosts = hosts
    }

    /// `host`, `host:port`, `[::1]` or `[::1]:port`.
    private static func address(_ text: Substring) -> HostAddress? {
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let host = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            if rest.isEmpty { return HostAddress(host: host, port: usualPort) }
            guard rest.first == ":", let port = port(rest.dropFirst()) else { return nil }
            return HostAddress(host: host, port: port)
        }
        guard let colon = text.lastIndex(of: ":") else {
            return text.isEmpty ? nil : HostAddress(host: String(text), port: usualPort)
        }
        guard colon > text.startIndex, let port = port(text[text.index(after: colon)...]) else { return nil }
        return HostAddress(host: String(text[..<colon]), port: port)
    }

    private static func port(_ text: Substring) -> Int? {
        guard let number = UInt16(text), number > 0 else { return nil }
        return Int(number)
    }

    private static let usualPort = 2181

    /// As it is parsed.
    public var description: String {
        hosts.map { "\($0.host):\($0.port)" }.joined(separator: ",") + root
    }
}
