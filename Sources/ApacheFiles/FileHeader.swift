internal import NIOCore
internal import Wire

/// The 16 bytes that a file of Apache's begins with: jute `FileHeader` (quorum protocol 7.2 and 8.1).
struct FileHeader: Equatable {
    static let encodedBytes = 16
    static let version: Int32 = 2

    let magic: Int32
    let version: Int32
    /// Means nothing: -1 in a snapshot, 0 in a log.
    let database: Int64

    /// `ZKSN`.
    static let snapshot = FileHeader(magic: 0x5a4b_534e, version: version, database: -1)
    /// `ZKLG`.
    static let log = FileHeader(magic: 0x5a4b_4c47, version: version, database: 0)

    private init(magic: Int32, version: Int32, database: Int64) {
        self.magic = magic
        self.version = version
        self.database = database
    }

    init(decoding reader: inout JuteReader) throws(DecodingError) {
        magic = try reader.int32()
        version = try reader.int32()
        database = try reader.int64()
    }

    func encode(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(magic, version, database)
    }
}
