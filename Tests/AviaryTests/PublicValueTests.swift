import Testing

@testable import Aviary

@Suite struct `A list of servers` {
    @Test(arguments: [
        ("localhost", "localhost:2181"), ("a:1,b:2", "a:1,b:2"), ("a, b:9/shop", "a:2181,b:9/shop"),
        ("[::1]:2182", "::1:2182"), ("a/", "a:2181"),
    ])
    func `is read as other clients read it`(text: String, meaning: String) throws {
        #expect(try ServerList(parsing: text).description == meaning)
    }

    @Test(arguments: ["", "/a", "a:", "a:0", "a:70000", ":2181", "[::1"])
    func `is refused when it names none`(text: String) {
        #expect(throws: AviaryError(.badArguments, operation: "")) { try ServerList(parsing: text) }
    }
}

@Suite struct `A failure` {
    @Test func `says what was asked, why not, and whether it happened`() {
        let error = AviaryError(server: -103, operation: "setData /config/x", operationIndex: 2)
        #expect("\(error)" == "setData /config/x: badVersion (operation 2), not applied")
        let loss = AviaryError(.connectionLoss, .unknown, operation: "create /a")
        #expect("\(loss)" == "create /a: connectionLoss, it is not known whether it happened")
    }

    @Test func `of a number without a name keeps the number`() {
        #expect("\(AviaryError.Code(server: -999))" == "error -999")
    }

    @Test func `never shows what proves who somebody is`() {
        #expect(!"\(Credential.user("anna", password: "secret"))".contains("secret"))
    }
}
