internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Znodes

/// Who a client is: `auth`, `sasl`, `whoAmI`.
extension Replica {
    /// Adds an identity at once; the answer keeps its place among the client's answers.
    mutating func authenticate(
        _ request: RequestFrame, on id: ConnectionID, at now: Instant, into effects: inout Effects
    ) {
        guard let packet = request.decode(AuthPacket.init(decoding:)) else { return end(id, into: &effects) }
        guard let proven = identities(proving: packet.scheme, packet.auth) else {
            return fail(
                request, "a client's authentication failed; closed",
                "scheme \(packet.scheme?.description.prefix(64) ?? "?")", on: id, at: now, into: &effects)
        }
        guard connections[id]?.add(proven) == true else {
            return fail(
                request, "a client has proven too many identities; closed",
                "at most \(Connection.identitiesMax), of \(Connection.identityBytesMax) bytes in all",
                on: id, at: now, into: &effects)
        }
        wait(.fixed(zxid: .zero, .ok), request, on: id, at: now, into: &effects)
    }

    private mutating func fail(
        _ request: RequestFrame, _ kind: String, _ detail: String, on id: ConnectionID, at now: Instant,
        into effects: inout Effects
    ) {
        statistics.authFailures += 1
        complain(kind, of: id, detail, into: &effects)
        wait(.fixed(zxid: .zero, .authFailed), request, isLast: true, on: id, at: now, into: &effects)
        connections.update(id) { $0.phase = .ending }
    }

    /// What the credentials prove; nil when nothing, which ends the connection.
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
    func hasRequiredIdentity(_ id: ConnectionID) -> Bool {
        connections[id]?.identities.contains { settings.requiredSchemes.contains($0.scheme) } ?? false
    }

    mutating func refuseUnproven(
        _ request: RequestFrame, on id: ConnectionID, at now: Instant, into effects: inout Effects
    ) {
        complain("a client has proven none of the schemes that are required; closed", of: id, into: &effects)
        wait(
            .fixed(zxid: .zero, .sessionClosedRequireAuth), request, isLast: true, on: id, at: now,
            into: &effects)
        connections.update(id) { $0.phase = .ending }
    }

    /// SASL is not configured: a null token tells the client that it may go on without.
    mutating func declineSASL(
        _ request: RequestFrame, on id: ConnectionID, at now: Instant, into effects: inout Effects
    ) {
        guard let token = request.decode(SASLToken.init(decoding:)), token.bytes != nil else {
            return end(id, into: &effects)
        }
        wait(.noToken, request, on: id, at: now, into: &effects)
    }
}
