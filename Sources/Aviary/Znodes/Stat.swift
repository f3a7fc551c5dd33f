internal import Vocabulary

/// A znode's facts besides its data, as its ensemble keeps them.
public struct Stat: Hashable, Sendable {
    /// The transaction that created it.
    public let czxid: Zxid
    /// The transaction that last changed its data.
    public let mzxid: Zxid
    /// The transaction that last changed its list of children.
    public let pzxid: Zxid
    /// When it was created: milliseconds since 1970, by the leader's clock.
    public let ctime: Int64
    /// The same of the last change of its data.
    public let mtime: Int64
    /// Changes of its data.
    public let version: Int32
    /// Changes of its list of children.
    public let cversion: Int32
    /// Changes of its access list.
    public let aversion: Int32
    /// The session with which it goes; 0 for one that stays.
    public let ephemeralOwner: Int64
    /// Bytes of data.
    public let dataLength: Int
    /// Children, without theirs.
    public let numChildren: Int

    init(_ stat: Vocabulary.Stat) {
        czxid = Zxid(stat.czxid)
        mzxid = Zxid(stat.mzxid)
        pzxid = Zxid(stat.pzxid)
        ctime = stat.ctime
        mtime = stat.mtime
        version = stat.version
        cversion = stat.cversion
        aversion = stat.aversion
        ephemeralOwner = stat.ephemeralOwner
        dataLength = Int(stat.dataLength)
        numChildren = Int(stat.numChildren)
    }
}
