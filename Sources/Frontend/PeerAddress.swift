package import NIOCore
package import Vocabulary

/// A peer's address as ZooKeeper writes it in ACLs and lists: IPv4 as a dotted quad, also where it came
/// mapped into IPv6; IPv6 in eight groups, none left out.
package enum PeerAddress {
    package static func text(of address: SocketAddress?) -> ByteString {
        guard let address else { return "0.0.0.0" }
        let raw = address.withSockAddr { pointer, size in
            Array(UnsafeRawBufferPointer(start: pointer, count: size))
        }
        return switch address.protocol {
        case .inet: dotted(raw[4..<8])
        case .inet6: grouped(Array(raw[8..<24]))
        default: "0.0.0.0"
        }
    }

    private static func dotted(_ bytes: some Collection<UInt8>) -> ByteString {
        ByteString(bytes.map(String.init).joined(separator: "."))
    }

    private static func grouped(_ bytes: [UInt8]) -> ByteString {
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
        if isMapped { return dotted(bytes[12...]) }
        let groups = stride(from: 0, to: 16, by: 2).map { Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]) }
        return ByteString(groups.map { String($0, radix: 16) }.joined(separator: ":"))
    }
}
