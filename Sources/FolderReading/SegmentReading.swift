package import Storage
package import Vocabulary

/// One file of a log, and what it says of itself: nothing of it is verified.
package struct SegmentReading: Sendable {
    package let file: SegmentFile
    package let bytes: Int64
    /// Whether it is the last of them.
    package fileprivate(set) var isNewest: Bool
    /// Whether a WAL beside it may hold its end.
    package let hasTail: Bool
    /// Whether it has no numbers: they come with its first rows.
    package private(set) var lacksNumbers = false
    /// The link that it begins after; nil where that is missing or damaged, or the file cannot be read.
    package private(set) var start: RowChain?
    /// The end that it says it has; nil in the newest.
    package private(set) var completion: Completion?
    /// The first row and the last.
    package private(set) var first: Zxid?
    package private(set) var last: RowChain?
    /// Whether there is damage where its first row or its last should be: then they say nothing.
    package private(set) var hasDamagedEnds = false
    /// Why nothing of it can be read.
    package private(set) var fault: StorageError?
    /// Why its completion is not to be believed.
    package private(set) var completionFault: StorageError?

    init(_ file: SegmentFile, isNewest: Bool) {
        self.file = file
        self.isNewest = isNewest
        bytes = file.bytes
        hasTail = file.walBytes > 0
    }

    /// The link that it ends with: where it is empty, the one that it begins after; nil where damage keeps
    /// that back.
    package var end: RowChain? { hasDamagedEnds ? nil : last ?? start }

    /// - Returns: Whether the file is still there.
    fileprivate mutating func read(_ segments: Segments) throws(StorageError) -> Bool {
        do throws(StorageError) {
            return try segments.ask(file) { segment throws(StorageError) in
                try read(segment, segments)
                return true
            } ?? false
        } catch {
            guard error.code == .corrupt || error.code == .schema else { throw error }
            fault = error
            return true
        }
    }

    private mutating func read(_ segment: OpenSegment, _ segments: Segments) throws(StorageError) {
        try readEnds(of: segment, segments)
        // Absence is the meaning: damaged numbers are said where all numbers are read.
        let numbers = try? segments.numbers(of: file)
        lacksNumbers = numbers?.areWritten == false
        start = lacksNumbers && file.namedStart != .zero ? nil : numbers?.start
        guard let start else { return }
        do throws(StorageError) {
            completion = try segment.completion(after: start)
        } catch {
            guard error.code == .corrupt else { throw error }
            completionFault = error
        }
    }

    private mutating func readEnds(of segment: OpenSegment, _ segments: Segments) throws(StorageError) {
        do throws(StorageError) {
            first = try segment.row(atEnd: false)?.zxid
            last = try segment.row(atEnd: true)
        } catch {
            guard error.code == .corrupt else { throw error }
            hasDamagedEnds = true
            segments.forget(segment)
        }
    }
}

extension NodeFolder {
    /// The files of the log, oldest first; none where nobody can say which they are.
    package func segmentReadings() throws(StorageError) -> [SegmentReading] {
        try segments.during { () throws(StorageError) in
            var attempts = 0
            while true {
                attempts += 1
                try segments.refresh()
                let files = segments.files
                var readings: [SegmentReading] = []
                for file in files {
                    var reading = SegmentReading(file, isNewest: file == files.last)
                    if try reading.read(segments) { readings.append(reading) }
                }
                try segments.refresh()
                // A running node has begun or removed one meanwhile: they would not fit each other.
                // On a very busy one that is so each time: then they are of a moment before.
                guard segments.files == files || attempts == 5 else { continue }
                // The newest may have been put there and never used: it counts for nothing.
                if let newest = readings.last, newest.lacksNumbers, newest.last == nil, readings.count > 1 {
                    readings.removeLast()
                    readings[readings.count - 1].isNewest = true
                }
                return readings
            }
        }
    }

    /// How many rows a file of the log has; nil where it cannot be read.
    package func countRows(of file: SegmentFile) throws(StorageError) -> Int64? {
        try segments.during { () throws(StorageError) -> Int64? in
            do throws(StorageError) {
                return try segments.ask(file) { segment throws(StorageError) in try segment.countRows() }
            } catch {
                guard error.code == .corrupt || error.code == .schema else { throw error }
                return nil
            }
        }
    }
}
