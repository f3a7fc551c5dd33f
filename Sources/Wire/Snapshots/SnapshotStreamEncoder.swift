package import NIOCore
package import Vocabulary
package import Znodes

/// Writes the whole state as Apache's servers send it behind SNAP (quorum protocol 3.5), in pieces: first the
/// `head`, then the znodes, some at a time, then the `end`.
package enum SnapshotStreamEncoder {
    /// The sessions, and the access control lists by whose numbers the znodes name them. The open one needs
    /// no row.
    package static func head(
        sessions: [(session: SessionID, timeoutMs: Int32)], acls: [NumberedACL]
    ) -> ByteBuffer {
        var piece = ByteBuffer()
        piece.reserveCapacity(8 + 12 * sessions.count)
        piece.writeInteger(Int32(sessions.count))
        for (session, timeoutMs) in sessions { piece.writeMultipleIntegers(session.rawValue, timeoutMs) }
        piece.writeInteger(Int32(acls.count))
        for list in acls {
            piece.writeInteger(list.number)
            piece.writeJute(list.acl)
        }
        return piece
    }

    /// Some znodes. Over all the pieces each stands behind its parent.
    package static func znodes(_ znodes: PackedZnodes) -> ByteBuffer {
        var piece = ByteBuffer()
        // As many bytes as they take packed, where their rows are as long as here.
        piece.reserveCapacity(znodes.byteCount + endBytes)
        znodes.forEach { piece.write($0) }
        return piece
    }

    /// Says that these were all.
    package static func writeEnd(to piece: inout ByteBuffer) {
        piece.writeJuteBytes(SnapshotFormat.terminator)
        piece.writeJuteBytes(SnapshotFormat.signature)
    }

    private static var endBytes: Int { 8 + SnapshotFormat.terminator.count + SnapshotFormat.signature.count }
}

extension ByteBuffer {
    /// One znode of a snapshot, in one pass.
    fileprivate mutating func write(_ znode: ZnodeRow) {
        // The root, whose path alone is one byte, has none in the stream.
        let path = znode.path.byteCount == 1 ? znode.path.extracting(first: 0) : znode.path
        let data = znode.data
        let most = 4 + path.byteCount + 4 + data.byteCount + 8 + StoredStat.encodedBytes
        writeWithUnsafeMutableBytes(minimumWritableBytes: most) { target in
            var end = target.storeJuteBytes(path, at: 0)
            if znode.hasNullData {
                target.store(Int32(-1), at: end)
                end += 4
            } else {
                end += target.storeJuteBytes(data, at: end)
            }
            target.store(znode.list, at: end)
            znode.stat.store(into: target, at: end + 8)
            return end + 8 + StoredStat.encodedBytes
        }
    }
}
