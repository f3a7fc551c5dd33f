import Aviary
import NIOCore

/// Goes on writing while its server is killed and comes back: nothing acknowledged may be lost, nothing that
/// certainly did not happen may be there, and the session is the same.
func survive(_ servers: ServerList, _ claims: inout Claims) async throws {
    let configuration = ClientConfiguration(sessionTimeout: .seconds(20))
    try await AviaryClient.with(servers, configuration: configuration) { client in
        try await client.connected()
        let session = client.session
        if try await client.exists("/survive") != nil { try await deleteAll(client, "/survive") }
        try await client.create("/survive", ByteBuffer(string: "0"))
        try await client.create("/survive/mine", ByteBuffer(), .ephemeral)
        let values = try client.values(of: "/survive")
        let watcher = Task {
            var seen: [Int] = []
            for try await value in values {
                seen.append(Int(value?.text ?? "") ?? -1)
                if seen.last == 400 { break }
            }
            return seen
        }
        let outcomes = try await write(400, to: client)
        let stat = try await client.getData("/survive").stat
        claims.equal("the session is the same", client.session.sessionID, session.sessionID)
        claims.equal("and is the first", client.session.generation, 1)
        let owner = try await client.exists("/survive/mine")?.ephemeralOwner
        claims.equal("its ephemeral is there", owner, session.sessionID)
        let written = Int(stat.version)
        let range = outcomes.acknowledged...(outcomes.acknowledged + outcomes.unknown)
        claims.check(
            "what was acknowledged happened, what was not applied did not", range.contains(written),
            "\(written) of \(range)")
        claims.check("connections were lost", outcomes.reconnects > 0)
        let seen = try await watcher.value
        claims.check("whoever watches sees the last value", seen.last == 400, "\(seen.suffix(3))")
        claims.equal("and never an older one after a newer", seen, seen.sorted())
        try await deleteAll(client, "/survive")
    }
}

private struct Outcomes {
    var acknowledged = 0
    var unknown = 0
    var reconnects = 0
}

/// Writes the numbers up to `count`, each until it is there.
private func write(_ count: Int, to client: AviaryClient) async throws -> Outcomes {
    var outcomes = Outcomes()
    let states = Task {
        var suspended = 0
        for await status in client.sessionStates {
            if case .suspended = status.state { suspended += 1 }
        }
        return suspended
    }
    for number in 1...count {
        var isThere = false
        while !isThere {
            do throws(AviaryError) {
                try await client.setData("/survive", ByteBuffer(string: "\(number)"))
                outcomes.acknowledged += 1
                isThere = true
            } catch {
                guard error.outcome == .unknown else { throw error }
                outcomes.unknown += 1
            }
        }
        if number.isMultiple(of: 100) { say("\(number) written") }
        try await Task.sleep(for: .milliseconds(5))
    }
    states.cancel()
    outcomes.reconnects = await states.value
    return outcomes
}
