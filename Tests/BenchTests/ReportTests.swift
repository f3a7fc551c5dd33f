import Printing
import Testing

@testable import aviary_bench

@Suite struct `A line of a process' statistics` {
    @Test func `is read behind a name with spaces and brackets`() throws {
        let line = "12 (a) b (c)) S 1 2 3 4 5 6 7 8 9 10 150 50 13 14 15 16 17 18 19 20 300 22"
        let usage = try #require(ProcessUsage(stat: line, ticksPerSecond: 100, pageBytes: 4096))
        #expect(usage.cpuSeconds == 2)
        #expect(usage.residentBytes == 300 * 4096)
    }

    @Test(arguments: ["", "12 (a", "12 (a) S 1 2"])
    func `is refused when it is cut off`(line: String) {
        #expect(ProcessUsage(stat: line, ticksPerSecond: 100, pageBytes: 4096) == nil)
    }
}

@Suite struct `A server's address` {
    @Test func `may be a list with and without ports`() throws {
        let list = try #require(ServerAddress.list("one:2182,two,[::1]:2183"))
        #expect(list.map(\.host) == ["one", "two", "::1"])
        #expect(list.map(\.port) == [2182, 2181, 2183])
    }

    @Test(arguments: ["", "one:", "one:x", "one:70000", ":1", "one,,two"])
    func `is refused when it is wrong`(text: String) {
        #expect(ServerAddress.list(text) == nil)
    }
}

@Suite struct `A report` {
    @Test func `prints numbers for people`() {
        #expect(1_234_567.0.grouped == "1,234,567")
        #expect(9.86.grouped == "9.9")
        #expect(0.0.grouped == "0")
        #expect(12.345.fixed(2) == "12.35")
        #expect(3.05.fixed(1) == "3.1")
        #expect((-0.5).fixed(1) == "-0.5")
    }

    @Test func `prints JSON that keeps its order and escapes`() {
        let value = JSONValue.object([
            ("b", .array([.integer(1), .number(1.5), .null])), ("a", .text("x\"\\\n\u{1}")),
        ])
        #expect(value.description == #"{"b":[1,1.5,null],"a":"x\"\\\n\u0001"}"#)
    }

    @Test func `aligns its lines`() {
        var report = Report()
        report.add("a", "1", json: [("a", .integer(1))])
        report.add("long", "2", json: [])
        #expect(report.text == "a     1\nlong  2\n")
        #expect(report.json == "{\"a\":1}\n")
    }
}
