import Storage
import TestSupport
import Testing
import Vocabulary

@Suite struct `The log of a node` {
    let place = TemporaryFolder("inspection")
    let node: String

    init() throws {
        node = place.path + "/node"
        try Story.ofServices().write(to: node)
    }

    @Test func `is filtered by place, path, session, operation and cxid`() throws {
        func zxids(_ arguments: String...) throws -> [String] {
            let list = try Admin(["log", "list", node] + arguments)
            return list.lines.compactMap { $0.hasPrefix("0x") ? String($0.prefix { $0 != " " }) : nil }
        }
        #expect(try zxids("--from", "0x100000010") == ["0x100000010", "0x100000011"])
        #expect(try zxids("--to", "1:1") == ["0x100000001"])
        #expect(
            try zxids("--from", "2026-11-26T12:00:04Z", "--to", "2026-11-26 12:00:05")
                == ["0x100000004", "0x100000005"])
        #expect(try zxids("--path", "/services/a") == ["0x100000009", "0x10000000e"])
        #expect(try zxids("--session", "0x20000000002") == ["0x10000000c", "0x10000000d", "0x10000000f"])
        #expect(try zxids("--type", "delete") == ["0x10000000e"])
        #expect(try zxids("--type", "multi,error") == ["0x100000009", "0x10000000a", "0x10000000b"])
        #expect(try zxids("--cxid", "4") == ["0x100000004"])
        #expect(try zxids("--limit", "2") == ["0x100000001", "0x100000002"])
        #expect(try zxids("--path", "/services/payment/worker") == ["0x10000000d", "0x10000000f"])
    }
}
