package import NIOCore
package import Vocabulary
internal import Wire
package import Znodes

/// Writes a snapshot in the bytes of Apache's files, in pieces: the `head`, the znodes, some at a time, then
/// the `end` (quorum protocol 7).
package struct SnapshotFileEncoder {
    private var sum = Adler32()

    package init() {}

    /// The sessions, and the access control lists by whose numbers the znodes name them. The open one needs
    /// no row.
    package mutating func head(
        sessions: [(session: SessionID, timeoutMs: Int32)], acls: [NumberedACL]
    ) -> ByteBuffer {
        var piece = ByteBuffer()
        FileHeader.snapshot.encode(into: &piece)
        piece.writeImmutableBuffer(SnapshotStreamEncoder.head(sessions: sessions, acls: acls))
        sum.feed(piece.readableBytesSpan)
        return piece
    }

    /// Some znodes. Over all the pieces each stands behind its parent, the root before all.
    package mutating func znodes(_ znodes: PackedZnodes) -> ByteBuffer {
        let piece = SnapshotStreamEncoder.znodes(znodes)
        sum.feed(piece.readableBytesSpan)
        return piece
    }

    /// Says that these were all.
    ///
    /// - Parameters:
    ///   - digest: The tree's, and the last transaction that is in it.
    ///   - position: That transaction once more, as servers since 3.9 have it; nil leaves it out, as those
    ///     before do.
    package mutating func end(digest: (zxid: Zxid, value: UInt64)?, position: Zxid? = nil) -> ByteBuffer {
        var piece = ByteBuffer()
        piece.writeJuteBytes(SnapshotFormat.terminator)
        sum.feed(piece.readableBytesSpan)
        seal(&piece)
        if let digest {
            let start = piece.writerIndex
            piece.writeMultipleIntegers(
                digest.zxid.rawValue, SnapshotFileDecoder.digestVersion, Int64(bitPattern: digest.value))
            feed(piece, from: start)
            seal(&piece)
        }
        if let position {
            let start = piece.writerIndex
            piece.writeInteger(position.rawValue)
            feed(piece, from: start)
            seal(&piece)
        }
        return piece
    }

    private mutating func seal(_ piece: inout ByteBuffer) {
        let start = piece.writerIndex
        piece.writeInteger(sum.value)
        piece.writeJuteBytes(SnapshotFormat.terminator)
        feed(piece, from: start)
    }

    private mutating func feed(_ piece: ByteBuffer, from start: Int) {
        sum.feed(piece.readableBytesSpan.extracting((start - piece.readerIndex)...))
    }
}
