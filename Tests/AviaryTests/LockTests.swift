import Testing

@testable import Aviary
@testable import ClientCore

@Suite struct `A contender` {
    private let names = [
        "b9__lock__0000000012", "a1__lock__0000000003", "_c_x-lock-0000000001", "c5__lock__-2147483648",
        "note", "d__lock__", "e__lock__12",
    ]

    @Test func `holds the lock when its number is the lowest`() {
        #expect(LockView(of: "c5__lock__-2147483648", among: names, token: "__lock__") == .held)
    }

    @Test func `waits for the next before it, by number and not by name`() {
        let view = LockView(of: "b9__lock__0000000012", among: names, token: "__lock__")
        #expect(view == .behind("a1__lock__0000000003"))
    }

    @Test func `does not see those of another layout`() {
        #expect(LockView(of: "_c_x-lock-0000000001", among: names, token: "-lock-") == .held)
    }

    @Test func `notices that it is gone`() {
        #expect(LockView(of: "f__lock__0000000002", among: names, token: "__lock__") == .gone)
    }

    @Test func `is named as other clients name theirs`() {
        let unique = "01234567-89ab-4def-8123-456789abcdef"
        #expect(LockLayout.kazoo.name(unique: unique) == "0123456789ab4def8123456789abcdef__lock__")
        #expect(LockLayout.curator.name(unique: unique) == "_c_01234567-89ab-4def-8123-456789abcdef-lock-")
    }
}
