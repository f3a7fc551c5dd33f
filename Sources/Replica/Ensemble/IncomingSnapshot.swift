internal import NIOCore
internal import Wire

/// The part that has come of the tree that a leader sends.
struct IncomingSnapshot: ~Copyable {
    /// The tree's, a number that clients cannot guess.
    private let seed: UInt64
    private let recordBytesMax: Int
    private var reader: SnapshotStreamDecoder?

    init(seed: UInt64, recordBytesMax: Int) {
        self.seed = seed
        self.recordBytesMax = recordBytesMax
    }

    /// Reads on.
    ///
    /// - Parameter stream: What has come and was not taken; what can be is.
    /// - Returns: Whether the snapshot is complete.
    mutating func read(_ stream: inout ByteBuffer) throws(DecodingError) -> Bool {
        var reader = reader.take() ?? SnapshotStreamDecoder(seed: seed, recordBytesMax: recordBytesMax)
        let isComplete = try reader.read(&stream)
        self.reader = consume reader
        return isComplete
    }

    /// Another one begins, or none.
    mutating func forget() { reader = nil }

    /// Takes out the snapshot, all of which has come.
    mutating func take() -> SnapshotStreamDecoder {
        guard let reader = reader.take() else {
            preconditionFailure("a snapshot is adopted when all of it has come")
        }
        return reader
    }
}
