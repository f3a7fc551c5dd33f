import Glibc
import NIOCore
import Settings

/// A port that cannot be opened, with the line of the configuration that names it.
struct PortFault: Error, CustomStringConvertible {
    let exitCode: ExitCode
    let description: String

    /// - Parameters:
    ///   - line: `key=value` of the port.
    ///   - address: `key=value` of its address; nil where it is on all addresses.
    /// - Returns: nil when `error` says nothing of a port.
    init?(_ error: any Error, line: String, address: String?, port: Int) {
        switch error {
        case let error as IOError where error.errnoCode == EADDRINUSE:
            exitCode = .portInUse
            description =
                "\(line): port \(port) is in use by another program; stop that one or choose another port"
        case let error as IOError where error.errnoCode == EADDRNOTAVAIL:
            exitCode = .configuration
            description =
                "\(address ?? line): no network interface of this machine has that address; name one that "
                + "has (`ip address` lists them), or leave the address out for all of them"
        case let error as IOError where [EACCES, EPERM].contains(error.errnoCode):
            exitCode = .configuration
            description =
                "\(line): the user that runs this node may not listen on port \(port); choose one above 1023"
        case is SocketAddressError, is SocketAddressError.UnknownHost:
            exitCode = .configuration
            description =
                "\(address ?? line): the name does not resolve; correct it, or write a numeric address"
        default: return nil
        }
    }
}
