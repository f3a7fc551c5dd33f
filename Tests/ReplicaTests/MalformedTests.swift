import NIOCore
import Replica
import Testing
import Vocabulary
import Wire

@Suite struct `A request that is not whole` {
    @Test func `takes a place in the order only as a multi that does not parse`() throws {
        let node = TestNode()
        let client = try node.connect()
        let start = try client.create("/a").zxid
        #expect(try client.ask(.create) { $0.writeInteger(Int32(99)) }.zxid == start)
        let multi = try client.ask(.multi) { $0.writeInteger(Int32(99)) }
        #expect(multi.error == .marshallingError)
        #expect(multi.zxid == start + 1)
    }

    @Test(arguments: [OpCode.create, .create2, .createContainer])
    func `takes a place as a multi with flags that mean nothing, even where an ACL is missing too`(
        code: OpCode
    ) throws {
        let node = TestNode()
        let client = try node.connect()
        let start = try client.create("/a").zxid
        let set = SetDataRequest(path: "/a", data: [1], version: -1)
        let create = CreateRequest(path: "/b", data: nil, acl: nil, flags: -1)
        let multi = try client.ask(.multi) { buffer in
            MultiHeader(type: OpCode.setData.rawValue, isDone: false, error: -1).encode(into: &buffer)
            set.encode(into: &buffer)
            MultiHeader(type: code.rawValue, isDone: false, error: -1).encode(into: &buffer)
            create.encode(into: &buffer)
            MultiHeader(type: OpCode.setData.rawValue, isDone: false, error: -1).encode(into: &buffer)
            set.encode(into: &buffer)
            MultiHeader.end.encode(into: &buffer)
        }
        #expect(multi.error == .marshallingError)
        #expect(multi.zxid == start + 1)
    }

    @Test func `takes no place as a multi that lacks an ACL`() throws {
        let node = TestNode()
        let client = try node.connect()
        let start = try client.create("/a").zxid
        let create = CreateRequest(path: "/b", data: nil, acl: nil, flags: 0)
        let multi = try client.ask(.multi) { buffer in
            MultiHeader(type: OpCode.create.rawValue, isDone: false, error: -1).encode(into: &buffer)
            create.encode(into: &buffer)
            MultiHeader.end.encode(into: &buffer)
        }
        #expect(multi.error == .marshallingError)
        #expect(multi.zxid == start)
    }

    @Test func `spoils all reads of a multiRead by one null path`() throws {
        let node = TestNode()
        let client = try node.connect()
        let reads = [ZnodePath("/"), nil].map { MultiRead.getData(PathWatchRequest(path: $0, watch: false)) }
        let reply = try client.ask(.multiRead) { MultiReadRequest(reads: reads).encode(into: &$0) }
        #expect(reply.error == .marshallingError)
        #expect(reply.body.readableBytes == 0)
    }
}
