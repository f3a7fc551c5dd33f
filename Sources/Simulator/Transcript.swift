internal import NIOCore

/// All that happened in a run, as one number and, if wanted, as lines: equal runs have equal ones.
package struct Transcript: Equatable {
    package private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    package private(set) var count = 0
    /// Takes each line; nil for a run that nobody reads.
    private let print: ((String) -> Void)?

    init(printingTo print: ((String) -> Void)?) { self.print = print }

    mutating func note(_ numbers: Int64..., line: @autoclosure () -> String) {
        count += 1
        for number in numbers { mix(UInt64(bitPattern: number)) }
        print?(line())
    }

    mutating func note(_ bytes: ByteBuffer) {
        for byte in bytes.readableBytesView { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    private mutating func mix(_ number: UInt64) {
        hash = (hash ^ number) &* 0x9e37_79b9_7f4a_7c15
        hash ^= hash >> 32
    }

    package static func == (left: Transcript, right: Transcript) -> Bool {
        left.hash == right.hash && left.count == right.count
    }
}
