import NIOCore
import TestSupport
import Vocabulary
import Wire

/// Which record stands behind which header: one table for recorded frames, properties and fuzzers.
enum RecordTypes {
    static func request(_ type: Int32) -> (any JuteRecord.Type)? {
        switch OpCode(rawValue: type) {
        case .create, .create2, .createContainer: CreateRequest.self
        case .createTTL: CreateRequestWithTTL.self
        case .delete, .check: VersionedPathRequest.self
        case .exists, .getData, .getChildren, .getChildren2: PathWatchRequest.self
        case .getACL, .sync, .getEphemerals, .getAllChildrenNumber: PathRequest.self
        case .setData: SetDataRequest.self
        case .setACL: SetACLRequest.self
        case .reconfig: ReconfigRequest.self
        case .checkWatches, .removeWatches: WatchTypeRequest.self
        case .addWatch: AddWatchRequest.self
        case .setWatches: ThreeListsOfWatches.self
        case .setWatches2: FiveListsOfWatches.self
        case .auth: AuthPacket.self
        case .sasl: SASLToken.self
        case .multi: MultiRequest.self
        case .multiRead: MultiReadRequest.self
        case .ping, .whoAmI, .closeSession: Nothing.self
        case .deleteContainer, .createSession, .error, nil: nil
        }
    }

    static func response(_ type: Int32) -> (any JuteRecord.Type)? {
        switch OpCode(rawValue: type) {
        case .create, .sync: PathResponse.self
        case .create2, .createContainer, .createTTL: Create2Response.self
        case .exists, .setData, .setACL: Stat.self
        case .getData, .reconfig: GetDataResponse.self
        case .getACL: GetACLResponse.self
        case .getChildren, .getEphemerals: ChildrenResponse.self
        case .getChildren2: Children2Response.self
        case .getAllChildrenNumber, .addWatch: NumberResponse.self
        case .sasl: SASLToken.self
        case .whoAmI: WhoAmIResponse.self
        case .multi: MultiResults.self
        case .multiRead: MultiReadResults.self
        case .delete, .checkWatches, .removeWatches, .setWatches, .setWatches2, .auth, .ping, .closeSession:
            Nothing.self
        case .check, .deleteContainer, .createSession, .error, nil: nil
        }
    }

    static let connect: any JuteRecord.Type = ConnectRequest.self
    static let multi: any JuteRecord.Type = MultiRequest.self

    static let all: [any JuteRecord.Type] = [
        ConnectRequest.self, ConnectResponse.self, RequestHeader.self, ReplyHeader.self, WatcherEvent.self,
        MultiHeader.self, CreateRequest.self, CreateRequestWithTTL.self, VersionedPathRequest.self,
        SetDataRequest.self,
        SetACLRequest.self, PathWatchRequest.self, PathRequest.self,
        ReconfigRequest.self, WatchTypeRequest.self, AddWatchRequest.self, ThreeListsOfWatches.self,
        FiveListsOfWatches.self, AuthPacket.self, SASLToken.self, MultiRequest.self, MultiReadRequest.self,
        PathResponse.self, Create2Response.self, Stat.self, GetDataResponse.self, GetACLResponse.self,
        ChildrenResponse.self, Children2Response.self, NumberResponse.self, WhoAmIResponse.self,
        MultiResults.self, MultiReadResults.self, HeldTransaction.self,
    ]
}
