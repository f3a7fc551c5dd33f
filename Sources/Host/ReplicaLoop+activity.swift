internal import Glibc
package import Logging
internal import NIOCore
internal import Replica
internal import Vocabulary
internal import Zab
internal import Znodes

/// The node's activity, for whoever asks because it does not do what he expects.
extension ReplicaLoop {
    /// The part it plays and what waits where. Called on the loop.
    package var activity: Logger.Metadata {
        loop.assertInEventLoop()
        return inspect { replica in
            [
                "role": "\(role(of: replica))",
                "applied": "\(replica.tree.lastZxid)", "proposed": "\(replica.lastProposed)",
                "outstandingWrites": "\(replica.outstandingRequestCount)",
                "ordersAtDisk": "\(writesAtDisk)",
                "connections": "\(connectionCount)", "sessions": "\(replica.sessions.count)",
                "syncsWaiting": "\(replica.pendingSyncCount)",
                "snapshot": "\(replica.isTakingSnapshot ? "under way" : "none")",
            ]
        }
    }

    private func role(of replica: borrowing Replica) -> String {
        guard replica.voterCount > 1 || replica.ensembleRole != nil else { return "alone" }
        switch replica.ensembleRole {
        case nil: return replica.isReadOnly ? "looks for a leader, serves reads" : "looks for a leader"
        case .lead(let epoch):
            let counts = replica.learnerCounts
            return "leads epoch \(epoch.rawValue), \(counts.syncedFollowers) followers and "
                + "\(counts.syncedObservers) observers in step, of \(counts.learners) learners"
        case .follow(let leader, let epoch):
            return "follows server \(leader.rawValue) in epoch \(epoch.rawValue)"
        case .observe(let leader, let epoch):
            return "observes server \(leader.rawValue) in epoch \(epoch.rawValue)"
        }
    }
}

/// The threads of this process, as the kernel sees them.
package enum Threads {
    /// A line a thread: its name, whether it runs, sleeps or waits for a disk, and what it has used.
    package static func lines() -> [String] {
        // Absence is the meaning: a thread may end while its files are read.
        names(in: "/proc/self/task").compactMap { Int32($0) }.sorted().compactMap { id in
            guard let stat = text("/proc/self/task/\(id)/stat"), let close = stat.lastIndex(of: ")"),
                let open = stat.firstIndex(of: "(")
            else { return nil }
            let name = stat[stat.index(after: open)..<close]
            let fields = stat[stat.index(close, offsetBy: 2)...].split(separator: " ")
            guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else {
                return nil
            }
            let seconds = Double((user + system) * 100 / max(1, sysconf(Int32(_SC_CLK_TCK)))) / 100
            let place = text("/proc/self/task/\(id)/wchan").flatMap {
                $0 == "0" || $0.isEmpty ? nil : " in \($0)"
            }
            return "thread \(id) \(name): \(state(fields[0]))\(place ?? ""), \(seconds) s of CPU"
        }
    }

    private static func state(_ letter: Substring) -> String {
        switch letter {
        case "R": "runs"
        case "S": "waits"
        case "D": "waits for a disk"
        default: "is in state \(letter)"
        }
    }

    private static func names(in path: String) -> [String] {
        guard let entries = opendir(path) else { return [] }
        defer { closedir(entries) }
        var names: [String] = []
        while let entry = readdir(entries) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names
    }

    private static func text(_ file: String) -> String? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &bytes, bytes.count)
        return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }
}
