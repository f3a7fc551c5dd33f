import Testing
import Vocabulary

@testable import Zab

@Suite struct `What is not on the disk yet` {
    private var queue = DurabilityQueue()

    /// An observer acknowledges nothing, and under load its disk has always something to do.
    @Test mutating func `is counted though nothing waits for it and the disk never rests`() {
        var last = queue.issue(nil, bytes: 1000)
        for _ in 0..<10_000 {
            let next = queue.issue(nil, bytes: 1000)
            queue.answer(through: last)
            last = next
        }
        let pendingBytes = queue.pendingBytes
        #expect(pendingBytes >= 1000)
        #expect(pendingBytes <= 1000 + 64 << 10)
    }

    @Test mutating func `is nothing once the disk rests`() {
        let ticket = queue.issue(.acknowledge(.zero), bytes: 10)
        #expect(queue.pendingBytes == 10)
        queue.answer(through: ticket)
        #expect(queue.pendingBytes == 0)
    }

    @Test mutating func `counts as long as the disk says nothing`() {
        for _ in 0..<1000 { _ = queue.issue(nil, bytes: 1000) }
        #expect(queue.pendingBytes == 1_000_000)
    }
}
