internal import NIOCore

/// The machine's cores, and what a node makes of them.
package enum MachineCores {
    /// Event loops for clients' sockets, where the configuration names no number: half of the cores, since
    /// the replica's loop, the log's thread and the system want theirs; 1 where there are three or fewer.
    package static func ioThreads(of cores: Int = System.coreCount) -> Int { min(max(cores / 2, 1), 8) }
}
