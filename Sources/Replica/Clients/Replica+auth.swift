internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Znodes

/// Identities of clients: `auth`, `sasl`, `whoAmI`.
extension Replica {
    /// Adds an identity at once; the answer keeps its place among the client's answers.
    ///
    /// - Returns: nil where the connection has ended.
    mutating func authenticate(_ request: RequestFrame, on connection: Connection) -> DueAnswer? {
        guard let packet = request.decode(AuthPacket.init(decoding:)) else {
            effects.close(connection)
            return nil
        }
        guard let proven = identities(proving: packet.scheme, packet.auth) else {
            return fail(
                "a client's authentication failed; closed",
                "scheme \(packet.scheme?.description.prefix(64) ?? "?")", on: connection)
        }
        guard connection.add(proven) else {
            return fail(
                "a client has proven too many identities; closed",
                "at most \(Connection.identitiesMax), of \(Connection.identityBytesMax) bytes in all",
                on: connection)
        }
        return DueAnswer(kind: .fixed(zxid: .zero, .ok))
    }

    private mutating func fail(_ kind: String, _ detail: String, on connection: Connection) -> DueAnswer {
        statistics.authFailures += 1
        effects.complain(kind, of: connection, detail)
        return DueAnswer(kind: .fixed(zxid: .zero, .authFailed), isLast: true)
    }

    /// The identities that the credentials prove; nil where they are refused, which ends the connection.
    private func identities(proving scheme: ByteString?, _ credentials: [UInt8]?) -> [Identity]? {
        switch scheme {
        case "ip":
            return []
        case Scheme.digest.name:
            guard settings.isDigestEnabled, let credentials else { return nil }
            let digest = settings.digest(ByteString(credentials))
            let identity = Identity(scheme: Scheme.digest.name, id: digest)
            guard digest == settings.superDigest else { return [identity] }
            return [Identity(scheme: Scheme.superUser, id: ""), identity]
        default:
            return nil
        }
    }

    /// Whether the connection has proven one of the schemes the operator demands.
    func hasRequiredIdentity(_ connection: Connection) -> Bool {
        connection.identities.contains { settings.requiredSchemes.contains($0.scheme) }
    }

    mutating func refuseUnproven(_ connection: Connection) -> DueAnswer {
        effects.complain("a client has proven none of the schemes that are required; closed", of: connection)
        return DueAnswer(kind: .fixed(zxid: .zero, .sessionClosedRequireAuth), isLast: true)
    }

    /// SASL is not configured: a null token tells the client that it may go on without.
    ///
    /// - Returns: nil where the connection has ended.
    mutating func declineSASL(_ request: RequestFrame, on connection: Connection) -> DueAnswer? {
        guard let token = request.decode(SASLToken.init(decoding:)), token.bytes != nil else {
            effects.close(connection)
            return nil
        }
        return DueAnswer(kind: .noToken)
    }
}
