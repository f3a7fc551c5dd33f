internal import Glibc
package import NIOCore
internal import Wire

/// Reads one file of Apache's log, record by record, as far as a server of Apache's would (quorum protocol
/// 8.2).
///
/// A server writes into room that it made before, and may be stopped in the middle of a record: a record
/// without its end is the end of the file. Apache's servers do not look what is behind it, and lose it; here
/// a whole record behind one that is not is damage.
package struct LogFileReader: ~Copyable {
    /// The offset of the record that was read last, or of the file's end.
    package private(set) var offset: Int64 = 0
    /// The checksum of the record that was read last.
    package private(set) var checksum: Int64 = 0
    /// Whether the file ends with a part of a record.
    package private(set) var isTorn = false

    private let file: FileBytes
    private var bytes: ByteBuffer
    private var next: Int64
    private var isAtEnd = false

    /// Of a record: more than any server takes from a client.
    static let recordBytesMax = 64 << 20
    /// Of a record that Apache's servers read with the settings they come with.
    static let usualBytesMax = 2 * 0xfffff
    fileprivate static let headBytes = 12

    /// - Throws: `unfinished` when the file ends before its header does.
    package init(_ log: LogFile) throws {
        let file = try FileBytes(log.path)
        var bytes = ByteBuffer()
        while bytes.readableBytes < FileHeader.encodedBytes, try file.read(into: &bytes) {}
        try LogFileReader.takeHeader(from: &bytes, of: log)
        self.file = file
        self.bytes = bytes
        next = Int64(FileHeader.encodedBytes)
    }

    private static func takeHeader(from bytes: inout ByteBuffer, of log: LogFile) throws {
        guard bytes.readableBytes >= FileHeader.encodedBytes else {
            throw ApacheFileError(
                .unfinished, log.path, at: Int64(bytes.readableBytes),
                bytes.readableBytes == 0 ? "the file is empty" : "the file ends inside its header")
        }
        var reader = JuteReader(bytes.readableBytesSpan)
        let header = try FileHeader(decoding: &reader)
        guard header.magic == FileHeader.log.magic else {
            throw ApacheFileError(
                .damaged, log.path, at: 0,
                "this is no log of Apache ZooKeeper's: it does not begin with ZKLG")
        }
        guard header.version == FileHeader.version else {
            throw ApacheFileError(
                .unsupported, log.path, at: 4, "logs of version \(header.version) are not known")
        }
        bytes.moveReaderIndex(forwardBy: FileHeader.encodedBytes)
    }

    /// The next transaction, as it was proposed; nil at the end.
    package mutating func read() throws -> ByteBuffer? {
        guard !isAtEnd else { return nil }
        offset = next
        guard try has(LogFileReader.headBytes) else { return try end() }
        let checksum = bytes.getInteger(at: bytes.readerIndex, as: Int64.self) ?? 0
        let length = bytes.getInteger(at: bytes.readerIndex + 8, as: Int32.self) ?? 0
        guard length != 0 else { return try end() }
        guard length > 0, Int(length) <= LogFileReader.recordBytesMax else {
            throw damaged("a record has the impossible length \(length)")
        }
        let whole = LogFileReader.headBytes + Int(length) + 1
        let isThere = try has(whole)
        guard isThere, bytes.getInteger(at: bytes.readerIndex + whole - 1) == LogFile.terminator else {
            guard Int(length) <= LogFileReader.usualBytesMax else {
                throw damaged("a record has the length \(length) and does not end there")
            }
            return try end()
        }
        bytes.moveReaderIndex(forwardBy: LogFileReader.headBytes)
        guard let record = bytes.readSlice(length: Int(length)),
            Adler32.of(record.readableBytesSpan) == checksum
        else { throw damaged("the checksum of a record is not that of its bytes") }
        bytes.moveReaderIndex(forwardBy: 1)
        self.checksum = checksum
        next += Int64(whole)
        return record
    }

    /// Insists that no record follows. What is there in `bytes` begins with one that is not whole, if any.
    private mutating func end() throws -> ByteBuffer? {
        isAtEnd = true
        while bytes.readableBytes < LogFileReader.searchedBytes, try file.read(into: &bytes) {}
        let (isZero, holdsRecord) = LogFileReader.judge(bytes)
        isTorn = !isZero
        guard !holdsRecord else {
            throw damaged("a record is not whole, and others stand behind it")
        }
        bytes.clear()
        while try file.read(into: &bytes) {
            guard LogFileReader.judge(bytes).isZero else {
                throw damaged("a record is not whole, and more stands behind it")
            }
            bytes.clear()
        }
        return nil
    }

    private static func judge(_ rest: ByteBuffer) -> (isZero: Bool, holdsRecord: Bool) {
        let rest = rest.readableBytesSpan
        return (rest.isZero, rest.holdsRecord)
    }

    /// How far others are looked for behind a record that is not whole: further than it could reach.
    private static let searchedBytes = 8 << 20

    private mutating func has(_ count: Int) throws(ApacheFileError) -> Bool {
        while bytes.readableBytes < count {
            guard try file.read(into: &bytes) else { return false }
        }
        return true
    }

    private func damaged(_ reason: String) -> ApacheFileError {
        ApacheFileError(.damaged, file.path, at: offset, reason)
    }
}

extension RawSpan {
    fileprivate var isZero: Bool {
        withUnsafeBytes { bytes in
            guard let first = bytes.baseAddress, bytes.count > 0 else { return true }
            return bytes[0] == 0 && memcmp(first, first + 1, bytes.count - 1) == 0
        }
    }

    /// Whether a whole record begins anywhere behind the first byte.
    fileprivate var holdsRecord: Bool {
        var end = byteCount
        while end >= 4096, extracting((end - 4096)..<end).isZero { end -= 4096 }
        var start = 1
        while start + LogFileReader.headBytes < end {
            if isRecord(at: start, before: end) { return true }
            start += 1
        }
        return false
    }

    private func isRecord(at start: Int, before end: Int) -> Bool {
        // A checksum has 32 bits in 64, and a length less than 31.
        guard unsafeLoadUnaligned(fromByteOffset: start, as: UInt32.self) == 0 else { return false }
        let length = Int(Int32(bigEndian: unsafeLoadUnaligned(fromByteOffset: start + 8, as: Int32.self)))
        let payload = start + LogFileReader.headBytes
        guard length > 0, length < end - payload,
            unsafeLoad(fromByteOffset: payload + length, as: UInt8.self) == LogFile.terminator
        else { return false }
        let checksum = unsafeLoadUnaligned(fromByteOffset: start, as: Int64.self)
        return Adler32.of(extracting(payload..<(payload + length))) == Int64(bigEndian: checksum)
    }
}
