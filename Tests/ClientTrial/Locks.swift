import Aviary
import NIOCore
import Synchronization

/// Locks of several clients: one holder at a time, nothing left behind, an end that comes in time.
func locks(_ servers: ServerList, _ claims: inout Claims) async throws {
    let configuration = ClientConfiguration(sessionTimeout: .seconds(4))
    try await AviaryClient.with(servers, configuration: configuration) { one in
        try await AviaryClient.with(servers, configuration: configuration) { two in
            try await oneAtATime(one, two, &claims)
            try await givenUp(one, two, &claims)
            try await takenAway(one, two, &claims)
            try await deleteAll(one, "/locks")
            try await deleteAll(one, "/count")
        }
    }
}

private func oneAtATime(_ one: AviaryClient, _ two: AviaryClient, _ claims: inout Claims) async throws {
    try await one.create("/count", ByteBuffer(string: "0"))
    let inside = Shared((now: 0, most: 0, tokens: [Int64]()))
    try await withThrowingTaskGroup(of: Void.self) { group in
        for client in [one, two, one, two, one, two] {
            group.addTask {
                for _ in 0..<10 {
                    try await client.withLock("/locks/counter") { held in
                        let token = held.token.rawValue
                        inside.state.withLock { state in
                            state.now += 1
                            state.most = max(state.most, state.now)
                            state.tokens.append(token)
                        }
                        let count = Int(try await client.getData("/count").text) ?? 0
                        try await held.setData("/count", ByteBuffer(string: "\(count + 1)"))
                        inside.state.withLock { $0.now -= 1 }
                    }
                }
            }
        }
        try await group.waitForAll()
    }
    let (_, most, tokens) = inside.state.withLock { $0 }
    claims.equal("one holds a lock at a time", most, 1)
    claims.equal("nothing that was done under it is lost", try await one.getData("/count").text, "60")
    claims.check("tokens grow from holder to holder", tokens == tokens.sorted() && Set(tokens).count == 60)
    claims.equal("nothing is left behind", try await one.getChildren("/locks/counter").names, [])
}

private func givenUp(_ one: AviaryClient, _ two: AviaryClient, _ claims: inout Claims) async throws {
    let refusals = try await one.withLock("/locks/busy") { _ in
        let refusals = [
            await refusal { try await two.withLock("/locks/busy", LockOptions(within: .zero)) { _ in } },
            await refusal {
                try await two.withLock("/locks/busy", LockOptions(within: .milliseconds(100))) { _ in }
            },
            await refusal { try await one.withLock("/locks/busy") { _ in } },
        ]
        let waiting = (0..<100).map { _ in
            Task { try await two.withLock("/locks/busy") { _ in } }
        }
        for (index, task) in waiting.enumerated() {
            if index.isMultiple(of: 10) { try await two.sync() }
            task.cancel()
        }
        for task in waiting { _ = await task.result }
        return refusals
    }
    claims.equal(
        "a lock that is held is not had: not at once, not in time, not by who holds it", refusals,
        [.deadlineExceeded, .deadlineExceeded, .wouldDeadlock])
    var left = 1
    let deadline = ContinuousClock.now + .seconds(2)
    while left > 0, ContinuousClock.now < deadline {
        left = try await one.getChildren("/locks/busy").names.count
    }
    claims.equal("of those who gave up nothing is left", left, 0)
    claims.equal("they cost no session", two.session.generation, 1)
}

private func takenAway(_ one: AviaryClient, _ two: AviaryClient, _ claims: inout Claims) async throws {
    let seen = Shared("nothing")
    do {
        try await one.withLock("/locks/stolen") { held in
            for name in try await two.getChildren("/locks/stolen").names {
                try await two.delete("/locks/stolen/\(name)")
            }
            do throws(AviaryError) {
                try await held.multi([.create("/locks/never")])
            } catch {
                seen.state.withLock { $0 = "\(error.code), \(error.outcome)" }
            }
            while !Task.isCancelled { try await one.sync() }
        }
        claims.check("a lock that was taken away is lost", false)
    } catch let error as AviaryError {
        claims.equal("a lock that was taken away is lost", error.code, .lockLost)
    }
    // Refused by the ensemble, unless the end of the scope came first.
    let refusals = ["lockLost, notApplied", "cancelled, notApplied", "cancelled, unknown"]
    claims.check("what is written under it fails", refusals.contains(seen.state.withLock { $0 }))
    claims.equal("and is not there", try await one.exists("/locks/never"), nil)
}

private func refusal(_ body: () async throws -> Void) async -> AviaryError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? AviaryError)?.code
    }
}

/// A value that several tasks see.
private final class Shared<Value: Sendable>: Sendable {
    let state: Mutex<Value>

    init(_ value: Value) {
        state = Mutex(value)
    }
}

/// Holds a lock while its server is stopped, and says when it was told to end.
func lease(_ servers: ServerList, _ claims: inout Claims) async throws {
    let configuration = ClientConfiguration(sessionTimeout: .seconds(4))
    let client = AviaryClient(servers, configuration: configuration)
    let running = Task { try await client.run() }
    let ended = Shared<(safe: ContinuousClock.Instant, told: ContinuousClock.Instant)?>(nil)
    let work = Task {
        try await client.withLock("/lease") { held in
            // Longer than a lease: it was renewed meanwhile.
            let first = held.safeUntil
            while ContinuousClock.now < first { try await Task.sleep(for: .milliseconds(50)) }
            say("held")
            var safe = held.safeUntil
            while !Task.isCancelled {
                safe = held.safeUntil
                try? await Task.sleep(for: .milliseconds(20))
            }
            ended.state.withLock { $0 = (safe, ContinuousClock.now) }
        }
    }
    // The server does not answer any more, so the lock cannot be given back: that is not waited for.
    while ended.state.withLock({ $0 == nil }) { try await Task.sleep(for: .milliseconds(20)) }
    let (safe, told) = ended.state.withLock { $0 } ?? (.now, .now)
    claims.check(
        "the body is told when the lease ends", told < safe + .milliseconds(150), "\(safe.duration(to: told))"
    )
    claims.check("and not long before", told > safe - .milliseconds(150), "\(safe.duration(to: told))")
    say("ended")
    let result = await work.result
    if case .failure(let error as AviaryError) = result {
        claims.equal("the lock is lost", error.code, .lockLost)
    } else {
        claims.check("the lock is lost", false)
    }
    running.cancel()
    _ = await running.result
}
