import Vocabulary

/// A request encoded once; sending it copies the bytes and patches xid, path digits and the data's stamp.
struct RequestTemplate {
    let operation: LoadOperation
    private let frame: [UInt8]
    private let pathSites: [PathSite]
    private let stampOffsets: [Int]

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
        stampOffsets = writer.stampOffsets
    }

    func append(to output: inout [UInt8], xid: Int32, key: NodeKey) {
        let base = output.count
        output.append(contentsOf: frame)
        output.storeBigEndian(xid, at: base + 4)
        for site in pathSites { site.patch(key, in: &output, base: base) }
        for offset in stampOffsets { output.storeBigEndian(StampedData.stamp(of: key), at: base + offset) }
    }

    /// A frame that no xid is patched into, such as a ping.
    var fixedFrame: [UInt8] { frame }
}

extension RequestTemplate {
    static let ping = RequestTemplate(.sync, opCode: .ping, xid: Reply.pingXid) { _ in }

    static func create(_ path: PathShape, data: StampedData) -> RequestTemplate {
        RequestTemplate(.create, opCode: .create) { writer in
            writer.path(path)
            writer.data(data)
            writer.openACL()
            writer.int32(0)
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
            writer.int32(OpCode.check.rawValue)
            writer.bool(false)
            writer.int32(-1)
            writer.path(path)
            writer.int32(-1)
            writer.int32(OpCode.setData.rawValue)
            writer.bool(false)
            writer.int32(-1)
            writer.path(path)
            writer.data(data)
            writer.int32(-1)
            writer.int32(-1)
            writer.bool(true)
            writer.int32(-1)
        }
    }
}
