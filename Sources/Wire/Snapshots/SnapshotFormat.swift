package import Vocabulary

/// Constants of a snapshot's stream, for its writers and its readers (quorum protocol 3.5 and 7.2).
package enum SnapshotFormat {
    /// The ACL that is in no snapshot's list: everyone may do everything.
    package static let openACL: Int64 = -1
    /// Stands where a path would, behind the last znode; the root's own path is empty.
    package static let terminator = Array("/".utf8)
    static let signature = Array("BenWasHere".utf8)
}

extension StoredStat {
    static let encodedBytes = 60

    /// Reads jute `StatPersisted`.
    package init(decoding reader: inout JuteReader) throws(DecodingError) {
        self.init()
        czxid = Zxid(rawValue: try reader.int64())
        mzxid = Zxid(rawValue: try reader.int64())
        ctime = try reader.int64()
        mtime = try reader.int64()
        version = try reader.int32()
        cversion = try reader.int32()
        aversion = try reader.int32()
        ephemeralOwner = try reader.int64()
        pzxid = Zxid(rawValue: try reader.int64())
    }

    /// Writes the 60 bytes of the record at `offset`.
    func store(into target: UnsafeMutableRawBufferPointer, at offset: Int) {
        target.store(czxid.rawValue, at: offset)
        target.store(mzxid.rawValue, at: offset + 8)
        target.store(ctime, at: offset + 16)
        target.store(mtime, at: offset + 24)
        target.store(version, at: offset + 32)
        target.store(cversion, at: offset + 36)
        target.store(aversion, at: offset + 40)
        target.store(ephemeralOwner, at: offset + 44)
        target.store(pzxid.rawValue, at: offset + 52)
    }
}
