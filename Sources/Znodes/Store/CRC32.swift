/// The checksum of IEEE 802.3 and zlib, fed piece by piece; ZooKeeper's digest is built of it.
struct CRC32 {
    /// The register between pieces; what has been fed so far is all in it, so it can be kept and gone on
    /// from.
    private(set) var register: UInt32

    init() {
        register = 0xffff_ffff
    }

    init(register: UInt32) {
        self.register = register
    }

    var value: UInt32 { ~register }

    /// Eight bytes at a time by eight tables ("slicing by 8"), since every write feeds a few hundred bytes.
    mutating func feed(_ bytes: RawSpan) {
        var crc = register
        var offset = 0
        CRC32.tables.withUnsafeBufferPointer { tables in
            while offset + 8 <= bytes.byteCount {
                let word = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
                crc = CRC32.step(crc, word, tables)
                offset += 8
            }
            while offset < bytes.byteCount {
                let byte = bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
                crc = crc >> 8 ^ tables[Int(UInt8(truncatingIfNeeded: crc) ^ byte)]
                offset += 1
            }
        }
        register = crc
    }

    /// Feeds a number as eight bytes, most significant first.
    mutating func feed(_ number: UInt64) {
        CRC32.tables.withUnsafeBufferPointer { register = CRC32.step(register, number.byteSwapped, $0) }
    }

    /// Feeds a number as four bytes, most significant first.
    mutating func feed(_ number: UInt32) {
        CRC32.tables.withUnsafeBufferPointer { tables in
            let mixed = register ^ number.byteSwapped
            register =
                tables[768 + Int(mixed & 0xff)] ^ tables[512 + Int(mixed >> 8 & 0xff)]
                ^ tables[256 + Int(mixed >> 16 & 0xff)] ^ tables[Int(mixed >> 24)]
        }
    }

    @inline(__always)
    private static func step(_ crc: UInt32, _ word: UInt64, _ tables: UnsafeBufferPointer<UInt32>) -> UInt32 {
        let low = UInt32(truncatingIfNeeded: word) ^ crc
        let high = UInt32(truncatingIfNeeded: word >> 32)
        let first = tables[1792 + Int(low & 0xff)] ^ tables[1536 + Int(low >> 8 & 0xff)]
        let second = tables[1280 + Int(low >> 16 & 0xff)] ^ tables[1024 + Int(low >> 24)]
        let third = tables[768 + Int(high & 0xff)] ^ tables[512 + Int(high >> 8 & 0xff)]
        let fourth = tables[256 + Int(high >> 16 & 0xff)] ^ tables[Int(high >> 24)]
        return first ^ second ^ third ^ fourth
    }

    /// Eight tables of 256 entries: table n is n bytes ahead.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
            tables[byte] = crc
        }
        for entry in 256..<(8 * 256) {
            let before = tables[entry - 256]
            tables[entry] = before >> 8 ^ tables[Int(before & 0xff)]
        }
        return tables
    }()
}
