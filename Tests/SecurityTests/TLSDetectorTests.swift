import NIOCore
import Testing

@testable import Security

@Suite struct `A connection of a port that takes both` {
    @Test(
        arguments: [
            ([0x16, 3, 1, 0, 5], true), ([0x16, 3, 1], nil), ([0x16], nil), ([], nil), ([0, 0, 0], false),
            ([0x72, 0x75, 0x6F, 0x6B], false), ([0x16, 4, 1, 0, 5], false), ([0, 0, 0, 45, 0], false),
        ] as [([UInt8], Bool?)])
    func `is told from plain text by the first bytes`(bytes: [UInt8], isTLS: Bool?) {
        #expect(TLSDetector.isTLS(ByteBuffer(bytes: bytes)) == isTLS)
    }
}
