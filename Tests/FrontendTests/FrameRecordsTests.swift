import NIOCore
import NIOEmbedded
import Testing

@testable import Frontend

@Suite struct `What is written to a client with TLS` {
    private func records(of bytes: [UInt8]) throws -> [[UInt8]] {
        let channel = EmbeddedChannel(handler: FrameRecords())
        try channel.writeOutbound(ByteBuffer(bytes: bytes))
        var records: [[UInt8]] = []
        while let record = try channel.readOutbound(as: ByteBuffer.self) {
            records.append(Array(record.readableBytesView))
        }
        return records
    }

    @Test func `has each frame by itself`() throws {
        #expect(
            try records(of: [0, 0, 0, 2, 7, 8, 0, 0, 0, 0, 0, 0, 0, 1, 9])
                == [[0, 0, 0, 2, 7, 8], [0, 0, 0, 0], [0, 0, 0, 1, 9]])
    }

    @Test func `has an operator's answer in one piece`() throws {
        #expect(try records(of: Array("imok".utf8)) == [Array("imok".utf8)])
        #expect(try records(of: Array("Zookeeper version".utf8)).count == 1)
        #expect(try records(of: [1, 2]) == [[1, 2]])
    }
}
