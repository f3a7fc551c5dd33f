import Vocabulary

/// Puts the znodes of a snapshot into the order of their paths: as many as there may be, in little memory.
///
/// SQLite writes rows that come in the order of its key three times as fast as others, and needs no cache for
/// it. So pages are gathered, sorted and laid into a file without a name, run after run; in the end the runs
/// are merged.
struct SnapshotSorter: ~Copyable {
    /// Bytes after which a run is laid down: it and a page are what is in memory.
    static let runBytes = 4 << 20

    private let spool: Spool
    private let runBytes: Int
    private var run = PackedZnodes()
    private var runs: [Range<Int64>] = []

    /// - Parameter path: Of a file that may be made and is gone at once.
    init(path: String, runBytes: Int = SnapshotSorter.runBytes) throws(StorageError) {
        spool = try Spool(path: path)
        self.runBytes = runBytes
    }

    mutating func add(_ znodes: PackedZnodes) throws(StorageError) {
        run.append(contentsOf: znodes)
        if run.byteCount >= runBytes { try layDown() }
    }

    private mutating func layDown() throws(StorageError) {
        runs.append(try spool.append(run.sorted().contents))
        run = PackedZnodes()
    }

    /// Hands over every znode, in the order of the paths: once, in the end.
    mutating func forEach(_ body: (ZnodeRow) throws(StorageError) -> Void) throws(StorageError) {
        if runs.isEmpty { return try run.sorted().forEach(body) }
        if !run.isEmpty { try layDown() }
        var merge = RunMerge()
        for run in runs { try merge.add(RunReader(spool, run)) }
        while let reader = merge.first {
            try reader.withRow(body)
            try reader.advance()
            merge.settleFirst()
        }
    }
}

/// Reads one run from its front, a piece at a time.
private final class RunReader {
    private static let pieceBytes = 64 << 10

    private let spool: Spool
    /// The part of the run that is not in `buffer` yet.
    private var left: Range<Int64>
    private var buffer = [UInt8](repeating: 0, count: RunReader.pieceBytes)
    private var start = 0
    private var end = 0

    init(_ spool: Spool, _ run: Range<Int64>) throws(StorageError) {
        self.spool = spool
        left = run
        try fill()
    }

    var isAtEnd: Bool { start == end }

    func withRow(_ body: (ZnodeRow) throws(StorageError) -> Void) throws(StorageError) {
        let buffer = buffer
        try body(ZnodeRow(packedIn: buffer.span.bytes, at: start))
    }

    func precedes(_ other: RunReader) -> Bool {
        buffer.withUnsafeBytes { own in
            other.buffer.withUnsafeBytes { others in
                let path = ZnodeRow.path(packedIn: RawSpan(_unsafeBytes: own), at: start)
                return path.precedes(
                    ZnodeRow.path(packedIn: RawSpan(_unsafeBytes: others), at: other.start))
            }
        }
    }

    func advance() throws(StorageError) {
        start += byteCount ?? 0
        try fill()
    }

    /// Of the next row; nil where not even that is in the buffer.
    private var byteCount: Int? {
        buffer.withUnsafeBytes { bytes in
            let filled = UnsafeRawBufferPointer(rebasing: bytes[..<end])
            return ZnodeRow.byteCount(packedIn: RawSpan(_unsafeBytes: filled), at: start)
        }
    }

    /// Sees to it that the next row is in the buffer in full.
    private func fill() throws(StorageError) {
        while true {
            let needed = byteCount
            if let needed, end - start >= needed { return }
            if left.isEmpty { return }
            try readOn(needed ?? ZnodeRow.packedHeadBytes)
        }
    }

    private func readOn(_ needed: Int) throws(StorageError) {
        buffer.removeSubrange(..<start)
        end -= start
        start = 0
        let size = max(RunReader.pieceBytes, needed)
        buffer.append(contentsOf: repeatElement(0, count: max(0, size - buffer.count)))
        let outcome = buffer.withUnsafeMutableBytes { bytes in
            Result { () throws(StorageError) in
                try spool.read(left, into: UnsafeMutableRawBufferPointer(rebasing: bytes[end...]))
            }
        }
        let count = try outcome.get()
        end += count
        left = (left.lowerBound + Int64(count))..<left.upperBound
    }
}

/// The readers of all runs, the one with the first row in front: a heap.
private struct RunMerge {
    private var readers: [RunReader] = []

    var first: RunReader? { readers.first }

    mutating func add(_ reader: RunReader) {
        if reader.isAtEnd { return }
        readers.append(reader)
        var index = readers.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            guard readers[index].precedes(readers[parent]) else { return }
            readers.swapAt(index, parent)
            index = parent
        }
    }

    /// The first has moved on.
    mutating func settleFirst() {
        if readers[0].isAtEnd {
            readers.swapAt(0, readers.count - 1)
            readers.removeLast()
        }
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < readers.count && readers[child].precedes(readers[least]) {
                least = child
            }
            if least == index { return }
            readers.swapAt(index, least)
            index = least
        }
    }
}
