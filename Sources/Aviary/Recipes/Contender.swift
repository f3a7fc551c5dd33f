internal import ClientCore
internal import NIOCore
internal import Vocabulary

/// A znode that stands for a lock: an ephemeral of one session, with a name that nobody else has.
struct Contender: Sendable {
    let directory: String
    let name: String
    /// The part of the name that is nobody else's.
    let mark: String
    let created: Zxid
    let generation: Int

    var path: String { "\(directory)/\(name)" }

    func order(below root: String) -> Reaper.Order {
        Reaper.Order(directory: root + directory, mark: mark, generation: generation)
    }
}

extension AviaryClient {
    /// Stands for a lock. When this throws, whatever came of it is deleted by the reaper.
    func contend(_ directory: String, _ options: LockOptions) async throws(AviaryError) -> Contender {
        guard !loop.hub.isEnded else { throw AviaryError(.closed, operation: "lock \(directory)") }
        let mark = options.layout.name(unique: Self.uniqueName())
        let generation = try await connected().generation
        do throws(AviaryError) {
            let created = try await createContender("\(directory)/\(mark)", in: directory, options)
            guard let stat = created.stat, stat.ephemeralOwner == session.sessionID,
                session.generation == generation
            else {
                throw AviaryError(.sessionExpired, .unknown, operation: "lock \(directory)")
            }
            let name = String(created.path.dropFirst(directory.count + 1))
            return Contender(
                directory: directory, name: name, mark: mark, created: stat.czxid, generation: generation)
        } catch {
            // Of the session that there is now: with any before it, the contender has gone.
            let order = Reaper.Order(
                directory: root + directory, mark: mark, generation: session.generation)
            if error.outcome == .unknown { loop.reaper.accept(order) }
            throw error
        }
    }

    /// Waits until the contender is the first.
    ///
    /// - Returns: Whether it is; not, when it may not wait.
    func untilFirst(
        _ contender: Contender, token: String, waits: Bool
    ) async throws(AviaryError) -> Bool {
        while true {
            let names = try await getChildren(contender.directory).names
            switch LockView(of: contender.name, among: names, token: token) {
            case .held: return true
            case .gone: throw AviaryError(.lockLost, operation: "lock \(contender.directory)")
            case .behind(let other):
                guard waits else { return false }
                try await untilChanged("\(contender.directory)/\(other)")
            }
        }
    }

    /// Waits for a change of a znode, or for its absence, without leaving a watch where it is not.
    private func untilChanged(_ path: String) async throws(AviaryError) {
        let full = try fullPath(path, "lock")
        let flag = ChangeFlag()
        let subscription = Subscription(flag, at: full, of: loop)
        defer { withExtendedLifetime(subscription) {} }
        // Takes the flag down: what changes from now on raises it again.
        await flag.wait()
        let reply = try await answer(
            .getData, body: Self.encoded(full, isWatched: true), .read, "lock \(path)",
            watch: WatchRegistration(.data, at: full), deadline: nil)
        if reply.error == ErrorCode.noNode.rawValue { return }
        await flag.wait()
        if Task.isCancelled { throw AviaryError(.cancelled, operation: "lock \(path)") }
        if flag.isEnded { throw AviaryError(.closed, operation: "lock \(path)") }
    }

    /// Creates it, and the directory where that is not there; settles what a lost connection leaves open.
    private func createContender(
        _ path: String, in directory: String, _ options: LockOptions
    ) async throws(AviaryError) -> Created {
        while true {
            do throws(AviaryError) {
                return try await create(path, options.data, .ephemeralSequential)
            } catch {
                switch error.code {
                case .noNode: try await AviaryClient(self, root: "").makeDirectory(root + directory)
                case .connectionLoss:
                    if let settled = try await find(path, in: directory) { return settled }
                default: throw error
                }
            }
        }
    }

    /// The znode whose name begins so, if there is one once all that was under way is done or dead.
    private func find(_ path: String, in directory: String) async throws(AviaryError) -> Created? {
        do throws(AviaryError) {
            try await prove(directory)
            for name in try await getChildren(directory).names where "\(directory)/\(name)".hasPrefix(path) {
                guard let stat = try await exists("\(directory)/\(name)") else { continue }
                return Created(path: "\(directory)/\(name)", stat: stat)
            }
            return nil
        } catch {
            if error.code == .noNode { return nil }
            throw AviaryError(error.code, .unknown, operation: error.operation)
        }
    }

    /// Creates a znode and all above it that are not there: containers, so that nothing is left behind.
    private func makeDirectory(_ path: String) async throws(AviaryError) {
        var end = path.startIndex
        while end != path.endIndex {
            end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
            let directory = String(path[..<end])
            do throws(AviaryError) {
                try await create(directory, ByteBuffer(), .container)
            } catch {
                switch error.code {
                case .nodeExists: continue
                case .unimplemented: try await create(directory)
                default: throw error
                }
            }
        }
    }

    /// A version 4 UUID, from the system's chance.
    private static func uniqueName() -> String {
        var generator = SystemRandomNumberGenerator()
        let high = generator.next() & 0xffff_ffff_ffff_0fff | 0x4000
        let low = generator.next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
        let digits = [high, low].map { number in
            let text = String(number, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
        var name = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { name.append("-") }
            name.append(digit)
        }
        return name
    }
}
