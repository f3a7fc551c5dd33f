internal import Vocabulary

/// A node's own log, as far as it is read for others whose copy is damaged.
///
/// Reads beside the node that writes the log, as a visitor does, and whether that node serves or is damaged
/// itself: it hands over only what follows the asker's own link without a gap and with the right checksums.
package struct OfferedRows: Sendable {
    private let directory: DataDirectory
    private let disk: LogDisk

    package init(directory: String) {
        self.init(DataDirectory(visiting: directory))
    }

    init(_ directory: DataDirectory) {
        self.directory = directory
        disk = LogDisk(files: SystemLogFiles(directory: directory))
    }

    /// From the node's log, or from what was set aside of a damaged one: rows prove themselves.
    package func answer(_ wanted: RowsWanted) -> RowsAnswer {
        let answer = ownAnswer(wanted)
        if case .rows = answer { return answer }
        for folder in Evidence.folders(in: directory).reversed() {
            let kept = OfferedRows(folder).ownAnswer(wanted)
            if case .rows = kept { return kept }
        }
        return answer
    }

    private func ownAnswer(_ wanted: RowsWanted) -> RowsAnswer {
        do {
            return try read(wanted)
        } catch {
            // What cannot be read is of no use to anybody, whatever the reason.
            return .nothing(.damaged)
        }
    }

    private func read(_ wanted: RowsWanted) throws -> RowsAnswer {
        let starts = try disk.segments(in: directory).filter {
            disk.files.size(of: directory.segment($0)) > 0
        }
        guard let start = starts.last(where: { $0 <= wanted.after.zxid }) else {
            return .nothing(starts.isEmpty ? .endsBefore : .trimmed)
        }
        let database = try disk.readable(directory.segment(start))
        let reader = try LogReader(database)
        var rows: [LogRow] = []
        var bytes = 0
        do {
            // From the asker's link: that the first row fits it is all that is needed, whatever lies before.
            _ = try reader.read(after: wanted.after, acknowledged: nil) { row in
                guard row.zxid <= wanted.through, rows.isEmpty || bytes < wanted.bytesMax else {
                    throw Enough()
                }
                rows.append(row)
                bytes += row.approximateBytes
            }
        } catch is Enough {
        } catch  where !rows.isEmpty {
        } catch let error as StorageError where error.code == .corrupt {
            return .nothing(try isSame(wanted.after, reader, database) ? .damaged : .otherHistory)
        }
        guard rows.isEmpty else { return .rows(rows) }
        return .nothing(start == starts.last ? .endsBefore : .damaged)
    }

    private struct Enough: Error {}

    private func isSame(
        _ link: RowChain, _ reader: borrowing LogReader, _ database: borrowing Database
    ) throws(StorageError) -> Bool {
        var own = try reader.chain(atOrBefore: link.zxid)
        if own == nil { own = try NodeNumbers(of: database).start }
        return own == link || own?.zxid != link.zxid
    }
}
