import Glibc

/// How many files, and so sockets, this process may have open.
enum FileLimit {
    /// Raises the limit to what the system allows without asking anyone.
    static func raise() {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
