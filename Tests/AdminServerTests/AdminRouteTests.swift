import Testing

@testable import AdminServer

@Suite struct `A request to the admin server` {
    private func route(_ method: String, _ target: String, _ authorization: String? = nil) -> AdminRoute {
        AdminRoute(
            .init(method: method, target: target, authorization: authorization), commandPath: "/commands")
    }

    private func status(_ route: AdminRoute) -> Int? {
        guard case .reply(let reply) = route else { return nil }
        return reply.status.rawValue
    }

    @Test func `names a command by each of its names`() {
        #expect(route("GET", "/commands/ruok") == .command(.ruok, name: "ruok", traceMask: nil))
        let srvr = route("GET", "/commands/srvr?x=1")
        #expect(srvr == .command(.serverStatistics, name: "srvr", traceMask: nil))
        let mask = route("POST", "/commands/stmk?traceMask=1&traceMask=2")
        #expect(mask == .command(.setTraceMask, name: "stmk", traceMask: "1"))
        #expect(route("GET", "/commands/") == .index && route("POST", "/commands") == .index)
    }

    @Test(arguments: ["RUOK", "ruok/", "nope", "a%22b", "%+5"])
    func `is told that a command is unknown`(name: String) {
        #expect(status(route("GET", "/commands/\(name)")) == 200)
    }

    @Test(arguments: [
        ("GET", "/", 404), ("GET", "/commandsx", 404), ("PUT", "/commands", 405), ("TRACE", "/", 403),
        ("OPTIONS", "/", 200), ("POST", "/commands/ruok", 405), ("HEAD", "/commands/srst", 405),
        ("GET", "/commands/restore", 401), ("HEAD", "/commands/snapshot", 401),
    ])
    func `is refused as it deserves`(method: String, target: String, expected: Int) {
        #expect(status(route(method, target)) == expected)
    }

    @Test(arguments: [
        (nil as String?, true), ("digest a:b", false), ("ip", false), ("digest  a:b", true),
        ("Digest a:b", true), ("digest a:b c", true), ("digest", true), ("world anyone", true), ("", true),
    ])
    func `says who asks for the tree`(authorization: String?, isRefused: Bool) {
        #expect((AdminRoute.refusal(authorization, "snapshot") != nil) == isRefused)
    }

    @Test func `chooses metrics by their names`() {
        #expect(route("GET", "/metrics?name%5B%5D=uptime&name[]=a+b") == .metrics(names: ["uptime", "a b"]))
    }
}
