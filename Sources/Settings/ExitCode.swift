/// The exit status of the server, one number a cause; `sysexits.h` where it has a word for it.
package enum ExitCode: Int32, Sendable {
    case success = 0
    /// A fault of the program itself.
    case internalFault = 1
    /// Wrong arguments on the command line.
    case usage = 64
    /// Recovery found data that it must not trust.
    case damagedData = 65
    /// Another node holds the data directory.
    case dataDirectoryInUse = 73
    /// Writing or syncing failed: full or broken disk. Restarting without repair does not help.
    case diskFailure = 74
    /// Another program listens on a port of this node.
    case portInUse = 75
    /// The configuration cannot be used as it is.
    case configuration = 78
}
