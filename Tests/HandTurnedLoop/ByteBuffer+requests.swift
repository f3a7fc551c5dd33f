package import NIOCore
package import Vocabulary
internal import Wire

/// What clients say, frame by frame.
extension ByteBuffer {
    package static func connect(timeoutMs: Int32 = 10_000) -> ByteBuffer {
        frame {
            ConnectRequest(
                lastZxidSeen: .zero, timeoutMs: timeoutMs, session: .none,
                password: [UInt8](repeating: 0, count: 16), isReadOnly: false
            ).encode(into: &$0)
        }
    }

    package static func create(
        _ path: ZnodePath, _ data: [UInt8] = [], isEphemeral: Bool = false, xid: Int32
    ) -> ByteBuffer {
        request(.create, xid) {
            let open = RequestedACLEntry(permissions: .all, scheme: "world", id: "anyone")
            CreateRequest(path: path, data: data, acl: [open], flags: isEphemeral ? 1 : 0).encode(into: &$0)
        }
    }

    package static func setData(_ path: ZnodePath, _ data: [UInt8] = [], xid: Int32) -> ByteBuffer {
        request(.setData, xid) { SetDataRequest(path: path, data: data, version: -1).encode(into: &$0) }
    }

    package static func getData(_ path: ZnodePath, watch: Bool = false, xid: Int32) -> ByteBuffer {
        request(.getData, xid) { PathWatchRequest(path: path, watch: watch).encode(into: &$0) }
    }

    package static func ping() -> ByteBuffer { request(.ping, -2) { _ in } }

    package static func closeSession(xid: Int32) -> ByteBuffer { request(.closeSession, xid) { _ in } }

    private static func request(
        _ code: OpCode, _ xid: Int32, _ body: (inout ByteBuffer) -> Void
    ) -> ByteBuffer {
        frame { buffer in
            buffer.writeInteger(xid)
            buffer.writeInteger(code.rawValue)
            body(&buffer)
        }
    }

    private static func frame(_ body: (inout ByteBuffer) -> Void) -> ByteBuffer {
        var frame = ByteBuffer()
        frame.writeLengthPrefixed(body)
        return frame
    }
}
