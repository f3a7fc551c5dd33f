package import NIOCore
package import Vocabulary
package import Znodes

/// Writes the whole state as Apache's servers send it behind SNAP (quorum protocol 3.5).
package enum SnapshotStreamEncoder {
    /// Hands the stream to `emit` in pieces, in order.
    ///
    /// - Parameter chunkBytes: What a piece holds at most, unless one znode alone is more.
    package static func write(
        _ tree: borrowing Tree, sessions: [(session: SessionID, timeoutMs: Int32)],
        chunkBytes: Int = 64 << 10, _ emit: (ByteBuffer) -> Void
    ) {
        var chunks = Chunks(bytes: chunkBytes)
        chunks.reserve(4, emit)
        chunks.buffer.writeInteger(Int32(sessions.count))
        for (session, timeoutMs) in sessions {
            chunks.reserve(12, emit)
            chunks.buffer.writeMultipleIntegers(session.rawValue, timeoutMs)
        }
        let lists = Lists(of: tree)
        chunks.reserve(4, emit)
        chunks.buffer.writeInteger(Int32(lists.inOrder.count))
        for (index, acl) in lists.inOrder.enumerated() {
            chunks.reserve(12, emit)
            chunks.buffer.writeInteger(Int64(index + 1))
            chunks.buffer.writeJute(acl)
        }
        tree.forEachZnode { id, path in
            let acl = lists.numbers[tree.znodes.acl(of: id)] ?? SnapshotFormat.openACL
            let data = tree.znodes.data(of: id)
            let isNull = tree.znodes.hasNullData(id)
            chunks.reserve(4 + path.byteCount + 4 + data.byteCount + 8 + StoredStat.encodedBytes, emit)
            chunks.buffer.writeZnode(path, data, isNull: isNull, acl: acl, tree.znodes.stat(of: id))
        }
        chunks.reserve(4 + SnapshotFormat.terminator.count + 4 + SnapshotFormat.signature.count, emit)
        chunks.buffer.writeJuteBytes(SnapshotFormat.terminator)
        chunks.buffer.writeJuteBytes(SnapshotFormat.signature)
        emit(chunks.buffer)
    }

    /// The ACLs of a tree, numbered from 1 as they are met; the open one has no number.
    private struct Lists {
        private(set) var numbers: [ACLID: Int64] = [:]
        private(set) var inOrder: [ACL] = []

        init(of tree: borrowing Tree) {
            var met: [ACLID: Int64] = [:]
            var acls: [ACL] = []
            tree.forEachZnode { id, _ in
                let list = tree.znodes.acl(of: id)
                guard list != .open, met[list] == nil else { return }
                acls.append(tree.acl(of: id))
                met[list] = Int64(acls.count)
            }
            numbers = met
            inOrder = acls
        }
    }

    /// The piece being filled.
    private struct Chunks {
        let bytes: Int
        var buffer = ByteBuffer()

        init(bytes: Int) {
            self.bytes = bytes
        }

        /// Lets the piece go when `count` more bytes would be too many for it.
        mutating func reserve(_ count: Int, _ emit: (ByteBuffer) -> Void) {
            if buffer.readableBytes > 0, buffer.readableBytes + count > bytes {
                emit(buffer)
                buffer = ByteBuffer()
            }
            if buffer.readableBytes == 0 { buffer.reserveCapacity(max(count, min(bytes, 1 << 20))) }
        }
    }
}

extension ByteBuffer {
    /// One znode of a snapshot, in one pass.
    fileprivate mutating func writeZnode(
        _ path: RawSpan, _ data: RawSpan, isNull: Bool, acl: Int64, _ stat: StoredStat
    ) {
        let most = 4 + path.byteCount + 4 + data.byteCount + 8 + StoredStat.encodedBytes
        writeWithUnsafeMutableBytes(minimumWritableBytes: most) { target in
            var end = target.storeJuteBytes(path, at: 0)
            if isNull {
                target.store(Int32(-1), at: end)
                end += 4
            } else {
                end += target.storeJuteBytes(data, at: end)
            }
            target.store(acl, at: end)
            stat.store(into: target, at: end + 8)
            return end + 8 + StoredStat.encodedBytes
        }
    }
}
