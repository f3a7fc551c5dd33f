import NIOCore
import Testing

@testable import ClientCore

@Suite struct `A lease` {
    private func lease() -> LeaseClock {
        var lease = LeaseClock()
        lease.connected(sent: .zero, timeout: .seconds(6))
        return lease
    }

    @Test func `counts from when the session was asked for, not from the answer`() {
        #expect(lease().safeUntil == .milliseconds(5940))
    }

    @Test func `does not grow by answers alone`() {
        var lease = lease()
        for second in 1...5 { lease.touched(sent: .seconds(second)) }
        #expect(lease.safeUntil == .milliseconds(5940))
    }

    @Test func `grows by what went out a third of the time-out before a proof`() {
        var lease = lease()
        lease.touched(sent: .seconds(2))
        lease.touched(sent: .seconds(4))
        lease.proved(sent: .seconds(4))
        #expect(lease.safeUntil == .milliseconds(7940))
        lease.proved(sent: .seconds(6))
        #expect(lease.safeUntil == .milliseconds(9940))
    }

    @Test func `never goes back`() {
        var lease = lease()
        lease.touched(sent: .seconds(2))
        lease.proved(sent: .seconds(5))
        lease.proved(sent: .seconds(1))
        #expect(lease.safeUntil == .milliseconds(7940))
    }

    @Test func `ends with its session`() {
        var lease = lease()
        lease.sessionLost()
        #expect(lease.safeUntil == nil)
        lease.proved(sent: .seconds(1))
        #expect(lease.safeUntil == nil)
    }

    @Test func `keeps few touches, however many there are`() {
        var lease = lease()
        for step in 1...100_000 { lease.touched(sent: .milliseconds(step)) }
        lease.proved(sent: .seconds(100))
        let safe = lease.safeUntil ?? .zero
        #expect(safe > .seconds(97) && safe < .seconds(104))
    }
}

@Suite struct `Frames of a server` {
    @Test func `are cut however they come`() throws {
        var cutter = FrameCutter(frameBytesMax: 10)
        var frames: [[UInt8]] = []
        for byte: UInt8 in [0, 0, 0, 2, 7, 8, 0, 0, 0, 0, 0, 0, 0, 1, 9] {
            var bytes = ByteBuffer(bytes: [byte])
            cutter.append(&bytes)
            while let frame = try cutter.next() { frames.append(Array(buffer: frame)) }
        }
        #expect(frames == [[7, 8], [], [9]])
    }

    @Test(arguments: [-1, 11, Int32.max])
    func `of a length that none has are refused`(length: Int32) {
        var cutter = FrameCutter(frameBytesMax: 10)
        var bytes = ByteBuffer(integer: length)
        cutter.append(&bytes)
        #expect(throws: FrameCutter.IllegalLength(length: length)) { try cutter.next() }
    }
}
