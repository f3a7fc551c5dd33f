import NIOCore
import Testing
import Vocabulary

@testable import Host

@Suite struct `What is kept for a client that does not read` {
    @Test func `comes back in order, and takes little more than it is`() {
        var backlog = Backlog(socketBytes: 0)
        var sent = ByteBuffer()
        for number in 0..<20_000 {
            let size = number % 1000 == 0 ? 100_000 : 60
            let piece = ByteBuffer(repeating: UInt8(truncatingIfNeeded: number), count: size)
            sent.writeImmutableBuffer(piece)
            backlog.append(piece)
        }
        #expect(backlog.bytes >= sent.readableBytes)
        #expect(backlog.bytes < sent.readableBytes * 2)
        var got = ByteBuffer()
        while let chunk = backlog.next() { got.writeImmutableBuffer(chunk) }
        #expect(got == sent)
        #expect(backlog.bytes == 0)
    }
}

@Suite struct `Syncs of the log` {
    @Test func `are slow above the threshold, and counted until that is reset`() {
        var times = SyncTimes(slowMs: 1000, serverID: 3)
        #expect(times.add(ns: 1_000_999_999, transactions: 1, at: 0) == nil)
        #expect(
            times.add(ns: 1_001_000_000, transactions: 4, at: 0)?.hasPrefix(
                "fsync-ing the write ahead log in SyncThread:3 took 1001ms which") == true)
        #expect(times.slowCount == 1)
        #expect(times.times.summary.count == 2 && times.times.summary.max == 1001)
        #expect(times.batchSizes.sum == 5)
        times.resetCount()
        #expect(times.slowCount == 0 && times.times.summary.count == 2)
    }
}
