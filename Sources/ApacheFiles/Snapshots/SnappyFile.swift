internal import NIOCore

/// A file as snappy-java's streams write it: a header of 16 bytes, then blocks, each behind its length.
struct SnappyFile: ~Copyable {
    private let file: FileBytes
    private var packed = ByteBuffer()
    private var isBegun = false
    private var offset: Int64 = 0

    static let magic: [UInt8] = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]
    private static let headerBytes = 16
    /// Of a block, packed or unpacked; writers make them of 32 KiB.
    private static let blockBytesMax = 64 << 20

    init(_ path: String) throws(ApacheFileError) {
        file = try FileBytes(path)
    }

    /// Unpacks the next block behind what is in `buffer`.
    ///
    /// - Returns: false at the end.
    mutating func read(into buffer: inout ByteBuffer) throws(ApacheFileError) -> Bool {
        if !isBegun { try begin() }
        guard try has(4) else {
            guard packed.readableBytes == 0 else { throw cut() }
            return false
        }
        guard let length = packed.getInteger(at: packed.readerIndex, as: Int32.self), length >= 0,
            length <= SnappyFile.blockBytesMax
        else { throw damaged("a block has no possible length") }
        guard try has(4 + Int(length)) else { throw cut() }
        packed.moveReaderIndex(forwardBy: 4)
        buffer.discardReadBytes()
        guard let block = packed.readSlice(length: Int(length)),
            SnappyBlock.unpack(block.readableBytesSpan, into: &buffer, max: SnappyFile.blockBytesMax)
        else { throw damaged("a block cannot be unpacked") }
        offset += 4 + Int64(length)
        return true
    }

    private mutating func begin() throws(ApacheFileError) {
        guard try has(SnappyFile.headerBytes), packed.readBytes(length: 8) == SnappyFile.magic else {
            throw damaged("the file is not compressed as its name says")
        }
        packed.moveReaderIndex(forwardBy: SnappyFile.headerBytes - 8)
        offset = Int64(SnappyFile.headerBytes)
        isBegun = true
    }

    private mutating func has(_ count: Int) throws(ApacheFileError) -> Bool {
        while packed.readableBytes < count {
            guard try file.read(into: &packed) else { return false }
        }
        return true
    }

    private func damaged(_ reason: String) -> ApacheFileError {
        ApacheFileError(.damaged, file.path, at: offset, reason)
    }

    private func cut() -> ApacheFileError {
        ApacheFileError(.unfinished, file.path, at: offset, "the compressed file ends inside a block")
    }
}

/// One block of snappy's: its unpacked length, then bytes as they are and copies of bytes before them.
enum SnappyBlock {
    /// - Returns: false when that is no block, or unpacks to more than `max`.
    static func unpack(_ block: RawSpan, into buffer: inout ByteBuffer, max: Int) -> Bool {
        block.withUnsafeBytes { block in
            var source = Source(bytes: block)
            guard let length = source.varint(), length <= max else { return false }
            var isWhole = false
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: length) { target in
                let target = UnsafeMutableRawBufferPointer(rebasing: target[..<length])
                isWhole = unpack(&source, into: target)
                return isWhole ? length : 0
            }
            return isWhole
        }
    }

    private static func unpack(_ source: inout Source, into target: UnsafeMutableRawBufferPointer) -> Bool {
        var end = 0
        while let tag = source.number(bytes: 1) {
            let count: Int
            switch tag & 3 {
            case 0:
                var last = tag >> 2
                if last >= 60 {
                    guard let longer = source.number(bytes: last - 59) else { return false }
                    last = longer
                }
                count = last + 1
                guard count <= target.count - end, source.copy(count, to: target, at: end) else {
                    return false
                }
            default:
                guard let copy = source.copyPlace(tag) else { return false }
                count = copy.count
                guard copy.distance > 0, copy.distance <= end, count <= target.count - end else {
                    return false
                }
                // Byte by byte: a copy may reach into itself.
                for index in end..<(end + count) { target[index] = target[index - copy.distance] }
            }
            end += count
        }
        return end == target.count
    }

    private struct Source {
        let bytes: UnsafeRawBufferPointer
        private var offset = 0

        init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

        /// Least significant byte first; nil at the end.
        mutating func number(bytes count: Int) -> Int? {
            guard count <= bytes.count - offset else { return nil }
            var number = 0
            for index in 0..<count { number |= Int(bytes[offset + index]) << (8 * index) }
            offset += count
            return number
        }

        mutating func varint() -> Int? {
            var number = 0
            for shift in stride(from: 0, through: 28, by: 7) {
                guard let byte = self.number(bytes: 1) else { return nil }
                number |= (byte & 0x7f) << shift
                if byte < 0x80 { return number }
            }
            return nil
        }

        mutating func copy(_ count: Int, to target: UnsafeMutableRawBufferPointer, at place: Int) -> Bool {
            guard count <= bytes.count - offset else { return false }
            let literal = UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)])
            UnsafeMutableRawBufferPointer(rebasing: target[place..<(place + count)])
                .copyMemory(from: literal)
            offset += count
            return true
        }

        mutating func copyPlace(_ tag: Int) -> (count: Int, distance: Int)? {
            switch tag & 3 {
            case 1:
                return number(bytes: 1).map { (4 + (tag >> 2) & 7, (tag >> 5) << 8 | $0) }
            case 2:
                return number(bytes: 2).map { (1 + tag >> 2, $0) }
            default:
                return number(bytes: 4).map { (1 + tag >> 2, $0) }
            }
        }
    }
}
