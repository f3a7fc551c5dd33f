import SeededRandom
import Testing

@testable import aviary_bench

@Suite struct `An operation mix` {
    @Test func `reads names and weights`() {
        let mix = OperationMix("getData=90,setData=9,create")
        #expect(mix?.shares.map(\.operation) == [.getData, .setData, .create])
        #expect(mix?.shares.map(\.weight) == [90, 9, 1])
    }

    @Test(arguments: [
        "", "getdata", "getData=", "getData=0", "getData=-1", "getData,,setData", "getData=1=2",
    ])
    func `refuses what it cannot read`(text: String) {
        #expect(OperationMix(text) == nil)
    }

    @Test func `keeps its proportions`() throws {
        let mix = try #require(OperationMix("getData=90,setData=10"))
        var random = SeededGenerator(seed: 1)
        let writes = (0..<10_000).count { _ in mix.next(&random) == .setData }
        #expect((900...1100).contains(writes))
    }
}

@Suite struct `A key chooser` {
    private func draw(_ distribution: Distribution, keyCount: Int, count: Int) -> [Int] {
        var chooser = KeyChooser(distribution, keyCount: keyCount)
        var random = SeededGenerator(seed: 7)
        return (0..<count).map { _ in chooser.next(&random) }
    }

    @Test(arguments: Distribution.allCases, [1, 2, 3, 1000])
    func `stays within its keys`(distribution: Distribution, keyCount: Int) {
        #expect(
            draw(distribution, keyCount: keyCount, count: 5000).allSatisfy { (0..<keyCount).contains($0) })
    }

    @Test func `goes round when sequential`() {
        #expect(draw(.sequential, keyCount: 3, count: 5) == [0, 1, 2, 0, 1])
    }

    @Test func `reaches every key when uniform`() {
        #expect(Set(draw(.uniform, keyCount: 100, count: 5000)).count == 100)
    }

    @Test func `asks a few keys most of the time when zipf`() {
        var counts: [Int: Int] = [:]
        for key in draw(.zipf, keyCount: 10_000, count: 50_000) { counts[key, default: 0] += 1 }
        let popular = counts.values.sorted(by: >).prefix(100).reduce(0, +)
        #expect((24_000...29_000).contains(popular))
    }

    @Test func `draws the same keys again with the same seed`() {
        #expect(draw(.zipf, keyCount: 50, count: 100) == draw(.zipf, keyCount: 50, count: 100))
    }
}

@Suite struct `Requests in flight` {
    @Test func `come out in the order they went in, also after growing`() {
        var inFlight = InFlight()
        func request(_ xid: Int32) -> SentRequest {
            SentRequest(xid: xid, operation: .getData, key: NodeKey(group: 0, node: 0), sentAt: 0)
        }
        inFlight.append(request(0))
        #expect(inFlight.popFirst()?.xid == 0)
        for xid: Int32 in 1...9 { inFlight.append(request(xid)) }
        #expect((1...9).allSatisfy { xid in inFlight.popFirst() == request(xid) })
        #expect(inFlight.popFirst() == nil)
    }
}
