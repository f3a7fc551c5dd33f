import Aviary
import Glibc

/// What a program that uses the client goes through, against real servers: `Tests/Processes/test_client.py`
/// starts them, and kills them under it.
///
///     client-trial operations|survive|locks|lease SERVERS
@main
enum ClientTrial {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3 else {
            throw Unusable(what: "client-trial operations|survive|locks|lease SERVERS")
        }
        let servers = try ServerList(parsing: arguments[2])
        var claims = Claims()
        switch arguments[1] {
        case "operations": try await operations(servers, &claims)
        case "survive": try await survive(servers, &claims)
        case "locks": try await locks(servers, &claims)
        case "lease": try await lease(servers, &claims)
        default: throw Unusable(what: arguments[1])
        }
        claims.finish()
    }
}

struct Unusable: Error {
    let what: String
}

/// Counts claims and says which do not hold.
struct Claims {
    private var passed = 0
    private var failed = 0

    mutating func check(_ claim: String, _ holds: Bool, _ details: String = "") {
        if holds { passed += 1 } else { failed += 1 }
        print(holds ? "ok      \(claim)" : "NOT OK  \(claim) \(details)")
    }

    mutating func equal<Value: Equatable>(_ claim: String, _ value: Value, _ expected: Value) {
        check(claim, value == expected, "expected \(expected), got \(value)")
    }

    mutating func fails(
        _ claim: String, with code: AviaryError.Code, _ body: () async throws -> Void
    ) async {
        do {
            try await body()
            check(claim, false, "it was done")
        } catch {
            let failure = error as? AviaryError
            check(claim, failure?.code == code && failure?.outcome == .notApplied, "\(error)")
        }
    }

    func finish() {
        print("\(passed) passed, \(failed) failed")
        exit(failed == 0 ? 0 : 1)
    }
}

/// At once, although nobody but a test reads it.
func say(_ line: String) {
    print(line)
    fflush(nil)
}
