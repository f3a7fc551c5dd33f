/// `host:port`, `[v6]:port` or a host alone, which means ZooKeeper's port.
struct ServerAddress: Equatable {
    var host: String
    var port: UInt16

    init?(_ text: String) {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            guard let port = rest.isEmpty ? 2181 : UInt16(rest.dropFirst()) else { return nil }
            self.port = port
        } else {
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first, !name.isEmpty else { return nil }
            host = String(name)
            guard let port = parts.count == 2 ? UInt16(parts[1]) : 2181 else { return nil }
            self.port = port
        }
    }

    /// A comma-separated list, or nil when one part of it is wrong.
    static func list(_ text: String) -> [ServerAddress]? {
        var addresses: [ServerAddress] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let address = ServerAddress(String(part)) else { return nil }
            addresses.append(address)
        }
        return addresses
    }
}
