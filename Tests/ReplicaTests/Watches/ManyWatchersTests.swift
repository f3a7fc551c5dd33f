import Replica
import Testing
import Vocabulary

/// Steps are counted, not time: what is done for one must not grow with how many there are.
@Suite struct `A path that very many watch` {
    private func connection(_ slot: Int) -> ConnectionID { ConnectionID(slot: slot, generation: 1) }

    @Test(arguments: [10, 10_000])
    func `is left by each at the cost of one`(count: Int) {
        var table = WatchTable()
        for slot in 0..<count { table.add([.data, .children], on: "/a", for: connection(slot)) }
        for slot in 0..<count { table.removeAll(of: connection(slot)) }
        #expect(table.isEmpty)
        #expect(table.visited <= 2 * count)
    }

    @Test(arguments: [10, 10_000])
    func `is changed without a look at those who watch for something else`(count: Int) {
        var table = WatchTable()
        for slot in 0..<count { table.add(.children, on: "/a", for: connection(slot)) }
        table.add(.data, on: "/a", for: connection(count))
        table.add(.recursive, on: "/b", for: connection(count))
        var told: [ConnectionID] = []
        table.fireData(on: "/a") { told.append($0) }
        table.fireData(on: "/a/x") { told.append($0) }
        table.fireData(on: "/a/x/y") { told.append($0) }
        #expect(told == [connection(count)])
        #expect(table.visited == 1)
    }

    @Test func `tells them in the order in which they came, each once, however they watch`() {
        var table = WatchTable()
        let modes: [WatchModes] = [.persistent, .data, .recursive, [.data, .persistent], .data, .recursive]
        for (slot, modes) in modes.enumerated() { table.add(modes, on: "/a", for: connection(slot)) }
        table.add(.data, on: "/a", for: connection(2))
        table.removeAll(of: connection(1))
        var told: [Int] = []
        table.fireData(on: "/a") { told.append($0.slot) }
        #expect(told == [0, 2, 3, 4, 5])
        told = []
        table.fireData(on: "/a") { told.append($0.slot) }
        #expect(told == [0, 2, 3, 5])
        told = []
        table.fireChildren(on: "/a") { told.append($0.slot) }
        #expect(told == [0, 3])
    }

    @Test func `keeps its order through many who come and go`() {
        var table = WatchTable()
        for slot in 0..<100 { table.add(.persistent, on: "/a", for: connection(slot)) }
        for slot in 0..<100 where slot % 7 != 0 { table.removeAll(of: connection(slot)) }
        for slot in 100..<103 { table.add(.persistent, on: "/a", for: connection(slot)) }
        var told: [Int] = []
        table.fireChildren(on: "/a") { told.append($0.slot) }
        #expect(told == Array(stride(from: 0, to: 100, by: 7)) + [100, 101, 102])
        #expect(table.dataCount == 18)
    }

    @Test func `is done with at once, and with each who watches before that one is looked at`() {
        var table = WatchTable(largeAudience: 3)
        for slot in 0..<4 { table.add([.data, .children], on: "/a", for: connection(slot)) }
        var told: [Int] = []
        table.fireData(on: "/a") { told.append($0.slot) }
        table.fireData(on: "/a") { told.append($0.slot) }
        #expect(told == [0, 1, 2, 3])
        #expect(table.list.dataPaths(of: connection(0)) == [])
        table.add(.data, on: "/a", for: connection(1))
        table.removeAll(of: connection(2))
        told = []
        table.fireData(on: "/a") { told.append($0.slot) }
        #expect(told == [1])
        table.fireChildren(on: "/a") { told.append($0.slot) }
        #expect(told == [1, 0, 1, 3])
        #expect(table.isEmpty == false, "two are still to be looked at")
        table.removeAll(of: connection(0))
        table.removeAll(of: connection(1))
        table.removeAll(of: connection(3))
        #expect(table.isEmpty && table.dataCount == 0 && table.childCount == 0)
    }
}
