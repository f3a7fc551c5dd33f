internal import Vocabulary

/// The segments of a log in their order, as one log to read: complete ones, and the newest.
struct SegmentChain: ~Copyable {
    let directory: DataDirectory
    let disk: LogDisk
    /// Oldest first.
    var complete: [CompleteSegment]
    var newest: Segment

    /// The link that the whole log begins after.
    var start: RowChain { complete.first?.start ?? newest.start }

    /// The position and checksum of the last row at or before `zxid`, or of the log's beginning; nil where
    /// the log begins later. Not verified.
    func chain(atOrBefore zxid: Zxid) throws(StorageError) -> RowChain? {
        if zxid >= newest.start.zxid { return try newest.reader.chain(atOrBefore: zxid) ?? newest.start }
        guard let segment = complete.last(where: { $0.start.zxid <= zxid }) else { return nil }
        let database = try disk.readable(directory.segment(segment.start.zxid))
        return try LogReader(database).chain(atOrBefore: zxid) ?? segment.start
    }

    /// Hands over every row that follows `start`, each verified, and returns the chain at the end.
    ///
    /// - Throws: `corrupt` at the first row that is missing or changed, after all before it were handed over;
    ///   whatever `body` throws.
    func read(
        after start: RowChain, acknowledged: Zxid?, _ body: (LogRow) throws -> Void
    ) throws -> RowChain {
        var chain = start
        for segment in complete where segment.end.zxid > start.zxid {
            let database = try disk.readable(directory.segment(segment.start.zxid))
            chain = try LogReader(database).read(
                after: chain, acknowledged: acknowledged, through: segment.end, body)
        }
        return try newest.reader.read(after: chain, acknowledged: acknowledged, body)
    }

    /// Reads for the sake of the checks alone.
    func verify(after start: RowChain, acknowledged: Zxid?) throws(StorageError) -> RowChain {
        var chain = start
        for segment in complete where segment.end.zxid > start.zxid {
            let database = try disk.readable(directory.segment(segment.start.zxid))
            chain = try LogReader(database).verify(
                after: chain, acknowledged: acknowledged, through: segment.end)
        }
        return try newest.reader.verify(after: chain, acknowledged: acknowledged)
    }

    /// The file that has the row of `zxid`, if any has.
    func file(holding zxid: Zxid) -> String {
        complete.first { $0.start.zxid < zxid && $0.end.zxid >= zxid }
            .map { directory.segment($0.start.zxid) } ?? newest.file
    }

    /// Leaves every file without a WAL, unless somebody else reads it.
    consuming func close() throws(StorageError) -> Bool { try newest.close() }

    /// Bytes of all files.
    var sizes: LogSizes {
        let files = complete.map { directory.segment($0.start.zxid) } + [newest.file]
        return LogSizes(
            databaseBytes: files.reduce(0) { $0 + disk.files.size(of: $1) },
            walBytes: files.reduce(0) { $0 + disk.files.size(of: DataDirectory.wal(of: $1)) })
    }
}
