/// One znode as a snapshot keeps it, in memory that is another's: it cannot be kept longer than that is.
package struct ZnodeRow: ~Escapable {
    /// The whole path; the root is `/`.
    package let path: RawSpan
    /// Empty for null as well.
    package let data: RawSpan
    /// Whether the client gave null, which is not the same as no bytes.
    package let hasNullData: Bool
    /// The number of its access control list in the same snapshot.
    package let list: Int64
    package let stat: StoredStat

    @inlinable
    @_lifetime(copy path, copy data)
    package init(path: RawSpan, data: RawSpan, hasNullData: Bool, list: Int64, stat: StoredStat) {
        self.path = path
        self.data = data
        self.hasNullData = hasNullData
        self.list = list
        self.stat = stat
    }
}
