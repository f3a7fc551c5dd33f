import Vocabulary

/// Rows one behind the other, in a form of this process alone.
struct RowRun {
    private(set) var bytes: [UInt8] = []
    private var places: [Int] = []

    var byteCount: Int { bytes.count }

    /// In memory that is its owner's.
    struct Row {
        static let headBytes = 16 + MemoryLayout<StoredStat>.size

        let path: UnsafeRawBufferPointer
        /// nil where the client gave null.
        let data: UnsafeRawBufferPointer?
        let acl: Int64
        let stat: StoredStat

        init(_ bytes: UnsafeRawBufferPointer, at place: Int) {
            let pathCount = Int(bytes.loadUnaligned(fromByteOffset: place, as: Int32.self))
            let dataCount = Int(bytes.loadUnaligned(fromByteOffset: place + 4, as: Int32.self))
            acl = bytes.loadUnaligned(fromByteOffset: place + 8, as: Int64.self)
            stat = bytes.loadUnaligned(fromByteOffset: place + 16, as: StoredStat.self)
            let pathStart = place + Row.headBytes
            let dataStart = pathStart + pathCount
            path = UnsafeRawBufferPointer(rebasing: bytes[pathStart..<dataStart])
            data =
                dataCount < 0
                ? nil : UnsafeRawBufferPointer(rebasing: bytes[dataStart..<(dataStart + dataCount)])
        }

        /// What the row that begins with `bytes` takes in all; nil when not even that can be read.
        static func byteCount(of bytes: UnsafeRawBufferPointer) -> Int? {
            guard bytes.count >= headBytes else { return nil }
            let pathCount = Int(bytes.loadUnaligned(as: Int32.self))
            let dataCount = Int(bytes.loadUnaligned(fromByteOffset: 4, as: Int32.self))
            return headBytes + pathCount + max(0, dataCount)
        }

        var byteCount: Int { Row.headBytes + path.count + (data?.count ?? 0) }
    }

    mutating func append(
        _ path: UnsafeRawBufferPointer, _ data: UnsafeRawBufferPointer?, acl: Int64, _ stat: StoredStat
    ) {
        places.append(bytes.count)
        withUnsafeBytes(of: Int32(path.count)) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: Int32(data?.count ?? -1)) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: acl) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: stat) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: path)
        if let data { bytes.append(contentsOf: data) }
    }

    /// The same rows in the order of their paths.
    func sortedBytes() -> [UInt8] {
        bytes.withUnsafeBytes { bytes in
            let sorted = places.sorted { Row(bytes, at: $0).path.precedes(Row(bytes, at: $1).path) }
            var result: [UInt8] = []
            result.reserveCapacity(bytes.count)
            for place in sorted {
                let row = Row(bytes, at: place)
                result.append(contentsOf: bytes[place..<(place + row.byteCount)])
            }
            return result
        }
    }
}
