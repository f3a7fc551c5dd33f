import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `A multiRead` {
    @Test(arguments: [(100, ErrorCode.ok), (1000, .marshallingError)])
    func `may not ask for more than the server would give`(count: Int, outcome: ErrorCode) throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/big", [UInt8](repeating: 1, count: 100_000))
        let read = MultiRead.getData(PathWatchRequest(path: "/big", watch: false))
        let reply = try client.ask(.multiRead) {
            MultiReadRequest(reads: Array(repeating: read, count: count)).encode(into: &$0)
        }
        #expect(reply.error == outcome)
    }
}
