import Vocabulary

/// A request encoded once; sending it copies the bytes and patches xid, path digits and the data's stamp.
struct RequestTemplate {
    let operation: LoadOperation
    private let frame: [UInt8]
    private let pathSites: [PathSite]
    private let stampSites: [StampSite]

    private init(
        _ operation: LoadOperation, opCode: OpCode, xid: Int32 = 0, body: (inout FrameWriter) -> Void
    ) {
        var writer = FrameWriter()
        writer.int32(xid)
        writer.int32(opCode.rawValue)
        body(&writer)
        writer.finish()
        self.operation = operation
        frame = writer.bytes
        pathSites = writer.pathSites
        stampSites = writer.stampSites
    }

    func append(to output: inout [UInt8], xid: Int32, key: NodeKey) {
        let base = output.count
        output.append(contentsOf: frame)
        output.storeBigEndian(xid, at: base + 4)
        for site in pathSites { site.patch(key, in: &output, base: base) }
        for site in stampSites {
            let stamp = StampedData.stamp(of: key.advanced(by: site.nodeOffset))
            output.storeBigEndian(stamp, at: base + site.offset)
        }
    }

    /// A frame that no xid is patched into, such as a ping.
    var fixedFrame: [UInt8] { frame }
}

extension RequestTemplate {
    static let ping = RequestTemplate(.sync, opCode: .ping, xid: Reply.pingXid) { _ in }
    /// The last request of a session.
    static let closeSession = RequestTemplate(.sync, opCode: .closeSession, xid: closeSessionXid) { _ in }
    /// The xid of a close that is the only request of its session.
    static let closeSessionXid: Int32 = 1

    static func create(_ path: PathShape, data: StampedData) -> RequestTemplate {
        create(.create, path, data: data, flags: 0)
    }

    static func createEphemeral(_ path: PathShape, data: StampedData) -> RequestTemplate {
        create(.createEphemeral, path, data: data, flags: ephemeralSequential)
    }

    /// Bit 0 is ephemeral, bit 1 is sequential.
    private static let ephemeralSequential: Int32 = 3

    private static func create(
        _ operation: LoadOperation, _ path: PathShape, data: StampedData, flags: Int32
    ) -> RequestTemplate {
        RequestTemplate(operation, opCode: .create) { writer in
            writer.path(path)
            writer.data(data)
            writer.openACL()
            writer.int32(flags)
        }
    }

    static func delete(_ path: PathShape) -> RequestTemplate {
        RequestTemplate(.delete, opCode: .delete) { writer in
            writer.path(path)
            writer.int32(-1)
        }
    }

    static func exists(_ path: PathShape) -> RequestTemplate {
        RequestTemplate(.exists, opCode: .exists) { writer in
            writer.path(path)
            writer.bool(false)
        }
    }

    static func getData(_ path: PathShape, watch: Bool = false) -> RequestTemplate {
        RequestTemplate(.getData, opCode: .getData) { writer in
            writer.path(path)
            writer.bool(watch)
        }
    }

    static func setData(_ path: PathShape, data: StampedData) -> RequestTemplate {
        RequestTemplate(.setData, opCode: .setData) { writer in
            writer.path(path)
            writer.data(data)
            writer.int32(-1)
        }
    }

    static func getChildren(_ path: PathShape) -> RequestTemplate {
        RequestTemplate(.getChildren, opCode: .getChildren2) { writer in
            writer.path(path)
            writer.bool(false)
        }
    }

    static func sync(_ path: PathShape) -> RequestTemplate {
        RequestTemplate(.sync, opCode: .sync) { $0.path(path) }
    }

    /// A check and a setData of the same znode, as one transaction.
    static func multi(_ path: PathShape, data: StampedData) -> RequestTemplate {
        RequestTemplate(.multi, opCode: .multi) { writer in
            writer.part(.check)
            writer.path(path)
            writer.int32(-1)
            writer.part(.setData)
            writer.path(path)
            writer.data(data)
            writer.int32(-1)
            writer.endOfParts()
        }
    }

    /// A check that `group` is at version 0, and nine setData of `node` from the key on, as one transaction.
    ///
    /// Kafka's controller writes so: behind a check of the one znode that says who the controller is.
    static func multiOfTen(
        checking group: PathShape, setting node: PathShape, data: StampedData
    ) -> RequestTemplate {
        RequestTemplate(.multiOfTen, opCode: .multi) { writer in
            writer.part(.check)
            writer.path(group)
            writer.int32(0)
            for offset in 0..<9 {
                writer.part(.setData)
                writer.path(node, nodeOffset: offset)
                writer.data(data, nodeOffset: offset)
                writer.int32(-1)
            }
            writer.endOfParts()
        }
    }
}
