/// The state of a znode besides its data, as clients see it: ZooKeeper's `Stat`, 68 bytes on the wire.
package struct Stat: Equatable, Sendable {
    /// The transaction that created the znode.
    package var czxid: Zxid
    /// The transaction that last changed its data.
    package var mzxid: Zxid
    /// Creation time, milliseconds since 1970 by the leader's clock.
    package var ctime: Int64
    /// Time of the last data change, likewise.
    package var mtime: Int64
    /// Counts the changes of its data.
    package var version: Int32
    /// Counts the changes of its children, creations and deletions alike.
    package var cversion: Int32
    /// Counts the changes of its ACL.
    package var aversion: Int32
    /// The owning session of an ephemeral; 0 for every other kind.
    package var ephemeralOwner: Int64
    /// Bytes of data; 0 for null as well.
    package var dataLength: Int32
    package var numChildren: Int32
    /// The transaction that last changed its list of children.
    package var pzxid: Zxid

    @inlinable
    package init(
        czxid: Zxid, mzxid: Zxid, ctime: Int64, mtime: Int64, version: Int32, cversion: Int32,
        aversion: Int32,
        ephemeralOwner: Int64, dataLength: Int32, numChildren: Int32, pzxid: Zxid
    ) {
        self.czxid = czxid
        self.mzxid = mzxid
        self.ctime = ctime
        self.mtime = mtime
        self.version = version
        self.cversion = cversion
        self.aversion = aversion
        self.ephemeralOwner = ephemeralOwner
        self.dataLength = dataLength
        self.numChildren = numChildren
        self.pzxid = pzxid
    }

    package static let encodedBytes = 68
}

/// The state of a znode besides its data, as it is kept: ZooKeeper's `StatPersisted`, 60 bytes.
///
/// Differs from `Stat` in two fields: `cversion` counts the children ever created, and `ephemeralOwner` marks
/// containers and TTL znodes as well (`Ownership`).
package struct StoredStat: Equatable, Sendable {
    package var czxid: Zxid
    package var mzxid: Zxid
    package var pzxid: Zxid
    package var ctime: Int64
    package var mtime: Int64
    package var version: Int32
    package var cversion: Int32
    package var aversion: Int32
    package var ephemeralOwner: Int64

    @inlinable
    package init(
        czxid: Zxid = .zero, mzxid: Zxid = .zero, pzxid: Zxid = .zero, ctime: Int64 = 0, mtime: Int64 = 0,
        version: Int32 = 0, cversion: Int32 = 0, aversion: Int32 = 0, ephemeralOwner: Int64 = 0
    ) {
        self.czxid = czxid
        self.mzxid = mzxid
        self.pzxid = pzxid
        self.ctime = ctime
        self.mtime = mtime
        self.version = version
        self.cversion = cversion
        self.aversion = aversion
        self.ephemeralOwner = ephemeralOwner
    }

    /// The stat of a znode just created by `zxid` at `time`.
    @inlinable
    package init(createdBy zxid: Zxid, at time: Int64, owner: Int64) {
        self.init(czxid: zxid, mzxid: zxid, pzxid: zxid, ctime: time, mtime: time, ephemeralOwner: owner)
    }

    /// Takes in that `zxid` created a child, which made it `cversion` ever created. One that is counted
    /// already, in a snapshot that was taken while its tree changed, changes nothing.
    ///
    /// The numbers go on at their end, with -2147483648 after 2147483647; the later of two is the one that
    /// is ahead by less than half of all numbers.
    @inlinable
    package mutating func noteChild(cversion: Int32, by zxid: Zxid) {
        guard cversion &- self.cversion > 0 else { return }
        self.cversion = cversion
        pzxid = zxid
    }

    /// As a client sees it: every deletion counts as well, and only a session owns.
    @inlinable
    package func seen(dataLength: Int, numChildren: Int) -> Stat {
        Stat(
            czxid: czxid, mzxid: mzxid, ctime: ctime, mtime: mtime, version: version,
            cversion: cversion &* 2 &- Int32(truncatingIfNeeded: numChildren), aversion: aversion,
            ephemeralOwner: Ownership(rawValue: ephemeralOwner).session?.rawValue ?? 0,
            dataLength: Int32(truncatingIfNeeded: dataLength),
            numChildren: Int32(truncatingIfNeeded: numChildren), pzxid: pzxid)
    }
}
