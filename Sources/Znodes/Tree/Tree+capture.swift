package import Vocabulary

/// The tree of one moment, taken while it goes on changing.
extension Tree {
    /// Begins to take the tree as it is now; several moments may be taken at a time.
    ///
    /// - Returns: The access control lists by which the znodes of its slices are numbered, too.
    package mutating func beginCapture() -> (id: CaptureID, acls: [NumberedACL]) {
        (znodes.beginCapture(), acls.numbered)
    }

    /// Takes on, every parent before its children: up to `records` records or about `bytes` bytes, and what
    /// had to be saved from changes since the last slice.
    ///
    /// - Returns: nil when the capture is not under way; it is not any more after the last slice.
    package mutating func captureSlice(of id: CaptureID, records: Int, bytes: Int) -> CapturedSlice? {
        znodes.captureSlice(of: id, records: records, bytes: bytes)
    }

    /// Gives up what was begun.
    package mutating func endCapture(_ id: CaptureID) { znodes.endCapture(id) }

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
