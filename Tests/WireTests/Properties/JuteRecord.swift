import NIOCore
import TestSupport
import Vocabulary
import Wire
import Znodes

/// What all records have in common, so that one property can be asked of each.
protocol JuteRecord: Equatable, Sendable {
    init(decoding reader: inout JuteReader) throws(DecodingError)
    func encode(into buffer: inout ByteBuffer)
}

extension ConnectRequest: JuteRecord {}
extension ConnectResponse: JuteRecord {}
extension RequestHeader: JuteRecord {}
extension ReplyHeader: JuteRecord {}
extension WatcherEvent: JuteRecord {}
extension MultiHeader: JuteRecord {}
extension CreateRequest: JuteRecord {}
extension VersionedPathRequest: JuteRecord {}
extension SetDataRequest: JuteRecord {}
extension SetACLRequest: JuteRecord {}
extension PathWatchRequest: JuteRecord {}
extension PathRequest: JuteRecord {}
extension ReconfigRequest: JuteRecord {}
extension WatchTypeRequest: JuteRecord {}
extension AddWatchRequest: JuteRecord {}
extension AuthPacket: JuteRecord {}
extension SASLToken: JuteRecord {}
extension MultiRequest: JuteRecord {}
extension MultiReadRequest: JuteRecord {}
extension PathResponse: JuteRecord {}
extension Create2Response: JuteRecord {}
extension GetDataResponse: JuteRecord {}
extension GetACLResponse: JuteRecord {}
extension ChildrenResponse: JuteRecord {}
extension Children2Response: JuteRecord {}
extension NumberResponse: JuteRecord {}
extension WhoAmIResponse: JuteRecord {}

extension Stat: JuteRecord {
    func encode(into buffer: inout ByteBuffer) {
        buffer.writeJute(self)
    }
}

/// The record of a request or reply that is a header only.
struct Nothing: JuteRecord {
    init() {}
    init(decoding reader: inout JuteReader) throws(DecodingError) {}
    func encode(into buffer: inout ByteBuffer) {}
}

/// A `CreateRequest` as opcode 21 has it.
struct CreateRequestWithTTL: JuteRecord {
    var request: CreateRequest

    init(_ request: CreateRequest) {
        self.request = request
    }

    init(decoding reader: inout JuteReader) throws(DecodingError) {
        request = try CreateRequest(decodingWithTTL: &reader)
    }

    func encode(into buffer: inout ByteBuffer) {
        request.encode(into: &buffer)
    }
}

/// A `SetWatchesRequest` as opcode 101 has it.
struct ThreeListsOfWatches: JuteRecord {
    var request: SetWatchesRequest

    init(_ request: SetWatchesRequest) {
        self.request = request
    }

    init(decoding reader: inout JuteReader) throws(DecodingError) {
        request = try SetWatchesRequest(decoding: &reader, hasPersistent: false)
    }

    func encode(into buffer: inout ByteBuffer) {
        request.encode(into: &buffer)
    }
}

/// A `SetWatchesRequest` as opcode 105 has it.
struct FiveListsOfWatches: JuteRecord {
    var request: SetWatchesRequest

    init(_ request: SetWatchesRequest) {
        self.request = request
    }

    init(decoding reader: inout JuteReader) throws(DecodingError) {
        request = try SetWatchesRequest(decoding: &reader, hasPersistent: true)
    }

    func encode(into buffer: inout ByteBuffer) {
        request.encode(into: &buffer)
    }
}

struct MultiResults: JuteRecord {
    var results: [MultiResult]

    init(_ results: [MultiResult]) {
        self.results = results
    }

    init(decoding reader: inout JuteReader) throws(DecodingError) {
        results = try MultiResult.decodeAll(&reader)
    }

    func encode(into buffer: inout ByteBuffer) {
        MultiResult.encode(results, into: &buffer)
    }
}

struct MultiReadResults: JuteRecord {
    var results: [MultiReadResult]

    init(_ results: [MultiReadResult]) {
        self.results = results
    }

    init(decoding reader: inout JuteReader) throws(DecodingError) {
        results = try MultiReadResult.decodeAll(&reader)
    }

    func encode(into buffer: inout ByteBuffer) {
        MultiReadResult.encode(results, into: &buffer)
    }
}

/// A `Transaction` among records: it takes all that is left.
struct HeldTransaction: JuteRecord {
    var transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    init(decoding reader: inout JuteReader) throws(DecodingError) {
        transaction = try Transaction(decoding: reader.rest())
    }

    func encode(into buffer: inout ByteBuffer) {
        transaction.encode(into: &buffer)
    }
}
