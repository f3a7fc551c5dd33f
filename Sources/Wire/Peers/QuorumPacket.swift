package import NIOCore
package import Vocabulary

/// A packet between a leader and its learner, as Apache frames it (quorum protocol 3.1): packets follow
/// one another without an outer length.
package struct QuorumPacket: Equatable, Sendable {
    package enum Kind: Int32, Sendable, CaseIterable {
        case request = 1
        case proposal, acknowledgement, commit, ping, revalidate, sync, inform, commitAndActivate, newLeader
        case followerInfo, upToDate, diff, truncate, snapshot, observerInfo, leaderInfo, acknowledgeEpoch
        case informAndActivate
    }

    package var kind: Kind
    package var zxid: Zxid
    /// Null is not empty: an answer to a ping must not be null (quorum protocol 4.9).
    package var data: ByteBuffer?
    /// The identities of the client whose request this is; nil for everything else.
    package var identities: [Identity]?
    /// A request that is larger than the leader takes: only its head is here.
    package var isCutShort = false

    package struct Identity: Equatable, Sendable {
        package let scheme: ByteString?
        package let id: ByteString?

        package init(scheme: ByteString?, id: ByteString?) {
            self.scheme = scheme
            self.id = id
        }
    }

    package init(_ kind: Kind, zxid: Zxid, data: ByteBuffer? = nil, identities: [Identity]? = nil) {
        self.kind = kind
        self.zxid = zxid
        self.data = data
        self.identities = identities
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(kind.rawValue, zxid.rawValue)
        if let data {
            buffer.writeInteger(Int32(data.readableBytes))
            buffer.writeImmutableBuffer(data)
        } else {
            buffer.writeInteger(Int32(-1))
        }
        buffer.writeJuteVector(identities) { buffer, identity in
            buffer.writeJuteText(identity.scheme)
            buffer.writeJuteText(identity.id)
        }
    }

    /// Takes the next packet from the front of a stream.
    ///
    /// - Parameter dataBytesMax: What `data` may hold at most, and all identities together; more is refused
    ///   before it has come.
    /// - Returns: nil, with nothing taken, while the packet is not there in full.
    /// - Throws: When this can be no packet, however much still comes.
    package init?(from stream: inout ByteBuffer, dataBytesMax: Int) throws(DecodingError) {
        let whole = stream
        let packet = try stream.takeWhole { reader throws(DecodingError) in
            try QuorumPacket(reading: &reader, of: whole, dataBytesMax: dataBytesMax)
        }
        guard let packet else { return nil }
        self = packet
    }

    private init(
        reading reader: inout JuteReader, of whole: ByteBuffer, dataBytesMax: Int
    ) throws(DecodingError) {
        let type = try reader.int32()
        guard let kind = Kind(rawValue: type) else { throw .unexpectedType(type) }
        let zxid = Zxid(rawValue: try reader.int64())
        let data = try QuorumPacket.data(reading: &reader, of: whole, max: dataBytesMax)
        let identities = try QuorumPacket.identities(reading: &reader, max: dataBytesMax)
        self.init(kind, zxid: zxid, data: data, identities: identities)
    }

    private static func data(
        reading reader: inout JuteReader, of whole: ByteBuffer, max bytesMax: Int
    ) throws(DecodingError) -> ByteBuffer? {
        let length = try reader.int32()
        if length == -1 { return nil }
        guard length >= 0 else { throw .negativeLength(length) }
        guard Int(length) <= bytesMax else { throw .oversized(length, max: bytesMax) }
        let start = reader.offset
        try reader.skip(Int(length))
        return whole.getSlice(at: whole.readerIndex + start, length: Int(length))
    }

    /// More than a client can have, but for those of Apache's; the count is checked before the packet is
    /// waited for.
    package static let identitiesMax: Int32 = 10_000
    /// Bytes of an identity beside its texts.
    package static let identityFrameBytes = 8

    private static func identities(
        reading reader: inout JuteReader, max bytesMax: Int
    ) throws(DecodingError) -> [Identity]? {
        let count = try reader.int32()
        if count == -1 { return nil }
        guard count >= 0, count <= identitiesMax else {
            throw .implausibleCount(count, available: reader.remaining)
        }
        let start = reader.offset
        let bytesMax = bytesMax + Int(count) * identityFrameBytes
        var identities: [Identity] = []
        for _ in 0..<count {
            identities.append(
                Identity(scheme: try text(&reader, max: bytesMax), id: try text(&reader, max: bytesMax)))
            let length = reader.offset - start
            guard length <= bytesMax else { throw .oversized(Int32(clamping: length), max: bytesMax) }
        }
        return identities
    }

    /// A text that is too long is refused before it has come.
    private static func text(
        _ reader: inout JuteReader, max bytesMax: Int
    ) throws(DecodingError) -> ByteString? {
        var ahead = reader
        let length = try ahead.int32()
        guard Int(length) <= bytesMax else { throw .oversized(length, max: bytesMax) }
        return try reader.text()
    }
}

/// The data of FOLLOWERINFO and OBSERVERINFO, by which a learner introduces itself.
package struct LearnerInfo: Equatable, Sendable {
    /// The only protocol that releases since 3.4 speak.
    package static let protocolVersion: Int32 = 0x10000
    static let bytes = 20

    package let peer: PeerID
    package let configurationVersion: Int64

    package init(peer: PeerID, configurationVersion: Int64) {
        self.peer = peer
        self.configurationVersion = configurationVersion
    }

    package var encoded: ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeMultipleIntegers(peer.rawValue, LearnerInfo.protocolVersion, configurationVersion)
        return buffer
    }

    /// - Throws: For a learner of a release before 3.4, and for anything shorter.
    package init(decoding data: ByteBuffer) throws(DecodingError) {
        self = try data.readableBytesSpan.withReader { reader throws(DecodingError) in
            let peer = PeerID(rawValue: try reader.int64())
            let version = try reader.int32()
            guard version >= LearnerInfo.protocolVersion else { throw .unexpectedType(version) }
            return LearnerInfo(peer: peer, configurationVersion: try reader.int64())
        }
    }
}
