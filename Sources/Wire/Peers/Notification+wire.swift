package import NIOCore
package import Vocabulary
package import Zab

/// Notifications in Apache's bytes (quorum protocol 2.4), without the length in front of them.
extension Notification {
    private static let formatVersion: Int32 = 2
    private static let bytesWithoutEpoch = 28
    private static let bytesWithoutVersion = 40

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(
            state.rawValue, vote.leader.rawValue, vote.zxid.rawValue, round, Int64(vote.epoch.rawValue),
            Notification.formatVersion)
        buffer.writeJuteBytes(configuration?.bytes ?? [])
    }

    /// - Throws: For what Apache leaves unheard: too short, an unknown state, a length that is not there.
    package init(decoding bytes: RawSpan) throws(DecodingError) {
        self = try bytes.withReader { reader throws(DecodingError) in
            try Notification(reading: &reader, count: bytes.byteCount)
        }
    }

    private init(reading reader: inout JuteReader, count: Int) throws(DecodingError) {
        let number = try reader.int32()
        guard let state = State(rawValue: number) else { throw .unexpectedType(number) }
        let leader = PeerID(rawValue: try reader.int64())
        let zxid = Zxid(rawValue: try reader.int64())
        let round = try reader.int64()
        guard count != Notification.bytesWithoutEpoch else {
            let vote = Vote(leader: leader, zxid: zxid, epoch: zxid.epoch)
            self.init(state: state, vote: vote, round: round, isOldFormat: true)
            return
        }
        let epoch = Epoch(rawValue: Int32(clamping: try reader.int64()))
        let vote = Vote(leader: leader, zxid: zxid, epoch: epoch)
        // 40 bytes are one form or the other; Apache takes them for the older.
        guard count != Notification.bytesWithoutVersion else {
            self.init(state: state, vote: vote, round: round, isOldFormat: true)
            return
        }
        let version = try reader.int32()
        let configuration = version > 1 ? try reader.text() : nil
        self.init(
            state: state, vote: vote, round: round, isOldFormat: version == 0, configuration: configuration)
    }
}

/// The first bytes of an election link, from the side that dialed it (quorum protocol 2.1).
package struct ElectionGreeting: Equatable, Sendable {
    package let peer: PeerID
    /// An address of its own that the other side can dial back; text as configured, with the port.
    package let address: ByteString

    private static let versionOne: Int64 = -65536
    private static let versionTwo: Int64 = -65535
    package static let addressBytesMax = 2048

    package init(peer: PeerID, address: ByteString) {
        self.peer = peer
        self.address = address
    }

    /// To be sent in one write: Apache reads the address in one go.
    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(ElectionGreeting.versionOne, peer.rawValue)
        buffer.writeJuteText(address)
    }

    /// - Returns: nil, with nothing taken, while the greeting is not there in full.
    package init?(from stream: inout ByteBuffer) throws(DecodingError) {
        let greeting = try stream.takeWhole { reader throws(DecodingError) in
            try ElectionGreeting(reading: &reader)
        }
        guard let greeting else { return nil }
        self = greeting
    }

    private init(reading reader: inout JuteReader) throws(DecodingError) {
        let version = try reader.int64()
        // Before 3.5 the number came alone.
        guard version < 0 else {
            self.init(peer: PeerID(rawValue: version), address: "")
            return
        }
        guard version == ElectionGreeting.versionOne || version == ElectionGreeting.versionTwo else {
            throw .unexpectedType(Int32(truncatingIfNeeded: version))
        }
        let peer = PeerID(rawValue: try reader.int64())
        let length = try reader.int32()
        guard length > 0 else { throw .negativeLength(length) }
        guard Int(length) <= ElectionGreeting.addressBytesMax else {
            throw .oversized(length, max: ElectionGreeting.addressBytesMax)
        }
        self.init(peer: peer, address: ByteString(try reader.bytes(Int(length))))
    }
}
