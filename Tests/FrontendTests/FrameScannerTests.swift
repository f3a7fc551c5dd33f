import Frontend
import NIOCore
import Testing

@Suite struct `Bytes of a socket` {
    /// Frames of nothing, of one byte, of a few, lengths included.
    private static let whole: [[UInt8]] = [
        [0, 0, 0, 0], [0, 0, 0, 1, 7], [0, 0, 0, 5, 1, 2, 3, 4, 5], [0, 0, 0, 0], [0, 0, 0, 2, 0, 0],
    ]
    private static let stream = whole.flatMap(\.self)

    private func scan(_ pieces: [ArraySlice<UInt8>]) -> (runs: [[UInt8]], scanner: FrameScanner) {
        var scanner = FrameScanner(frameBytesMax: 5)
        var runs: [[UInt8]] = []
        for piece in pieces {
            switch scanner.scan(ByteBuffer(bytes: piece)) {
            case .incomplete: break
            case .frames(let frames): runs.append(Array(frames.readableBytesView))
            case .illegalLength(let length, _): Issue.record("no frame is \(length) bytes here")
            }
        }
        return (runs, scanner)
    }

    @Test func `are the same frames wherever they are cut into two or three`() {
        let stream = Self.stream
        for first in 0...stream.count {
            for second in first...stream.count {
                let (runs, scanner) = scan([stream[..<first], stream[first..<second], stream[second...]])
                #expect(runs.flatMap(\.self) == stream, "cut at \(first) and \(second)")
                #expect(scanner.expectedBytes == 0)
            }
        }
    }

    @Test func `are a frame each when they come one by one`() {
        let (runs, _) = scan(Self.stream.indices.map { Self.stream[$0...$0] })
        #expect(runs == Self.whole)
    }

    @Test func `are handed over in whole frames only, as soon as they are whole`() {
        let stream = Self.stream
        let ends = Self.whole.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        for cut in 0...stream.count {
            let (runs, _) = scan([stream[..<cut]])
            let end = ends.last { $0 <= cut } ?? 0
            #expect(runs.flatMap(\.self) == Array(stream[..<end]), "cut at \(cut)")
        }
    }

    @Test func `say how long a frame is that has begun`() {
        let (_, begun) = scan([[0, 0, 0, 0, 0, 0, 0, 5, 1, 2]])
        #expect(begun.expectedBytes == 9)
        let (_, unknown) = scan([[0, 0, 0, 0, 0, 0, 0]])
        #expect(unknown.expectedBytes == 0)
    }

    @Test(arguments: [-1, 6, .max, .min] as [Int32])
    func `are illegal behind a length that no frame has, and the frames before it count`(length: Int32) {
        let illegal = ByteBuffer(integer: length)
        let stream = [0, 0, 0, 1, 7] + Array(illegal.readableBytesView)
        for cut in 0...stream.count {
            var scanner = FrameScanner(frameBytesMax: 5)
            var before: [UInt8] = []
            var found: Int32?
            for piece in [stream[..<cut], stream[cut...]] {
                switch scanner.scan(ByteBuffer(bytes: piece)) {
                case .incomplete: break
                case .frames(let frames): before += Array(frames.readableBytesView)
                case .illegalLength(let length, let rest):
                    found = length
                    before += rest.map { Array($0.readableBytesView) } ?? []
                }
            }
            #expect(found == length && before == [0, 0, 0, 1, 7], "cut at \(cut)")
        }
    }
}
