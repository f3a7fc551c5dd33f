package import Vocabulary

/// The tree of one moment, taken while it goes on changing.
extension Tree {
    /// Begins to take the tree as it is now; a capture that is under way is given up.
    ///
    /// - Returns: The access control lists by which the znodes of its slices are numbered.
    package mutating func beginCapture() -> [NumberedACL] {
        znodes.beginCapture()
        return acls.numbered
    }

    /// Takes on, in no order of paths: up to `records` records or about `bytes` bytes, and what had to be
    /// saved from changes since the last slice.
    ///
    /// - Returns: nil when no capture is under way; none is any more after the last slice.
    package mutating func captureSlice(records: Int, bytes: Int) -> CapturedSlice? {
        znodes.captureSlice(records: records, bytes: bytes)
    }

    /// Gives up what was begun.
    package mutating func endCapture() { znodes.endCapture() }

    /// The whole tree at once, every parent before its children.
    ///
    /// - Parameter pageBytes: How much stands in one piece, about.
    package func packed(pageBytes: Int) -> (acls: [NumberedACL], znodes: [PackedZnodes]) {
        var pages: [PackedZnodes] = []
        var page = PackedZnodes()
        forEachZnode { id, _ in
            znodes.pack(id.rawValue, into: &page)
            guard page.byteCount >= pageBytes else { return }
            pages.append(page)
            page = PackedZnodes()
        }
        if !page.isEmpty { pages.append(page) }
        return (acls.numbered, pages)
    }
}
