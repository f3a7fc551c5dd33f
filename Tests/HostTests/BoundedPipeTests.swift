import Testing

@testable import Host

@Suite struct `What one thread hands to another` {
    private struct Broken: Error, Equatable {}

    @Test(arguments: [1, 3, 100]) func `comes complete and in order`(ahead: Int) throws {
        var taken: [Int] = []
        try BoundedPipe<Int>.run(ahead: ahead) { pipe in
            for piece in 0..<1000 { try pipe.give(piece) }
        } take: {
            taken.append($0)
        }
        #expect(taken == Array(0..<1000))
    }

    @Test func `comes before the error that ends it`() {
        var taken: [Int] = []
        #expect(throws: Broken()) {
            try BoundedPipe<Int>.run(ahead: 100) { pipe in
                for piece in 0..<10 { try pipe.give(piece) }
                throw Broken()
            } take: {
                taken.append($0)
            }
        }
        #expect(taken == Array(0..<10))
    }

    @Test(arguments: [1, 7]) func `is made no further when nobody wants it`(ahead: Int) {
        var taken = 0
        #expect(throws: Broken()) {
            try BoundedPipe<Int>.run(ahead: ahead) { pipe in
                while true { try pipe.give(1) }
            } take: { _ in
                taken += 1
                if taken == 20 { throw Broken() }
            }
        }
        #expect(taken == 20)
    }
}
