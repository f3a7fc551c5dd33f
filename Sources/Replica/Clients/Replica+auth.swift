internal import Authentication
internal import NIOCore
internal import Vocabulary
internal import Wire

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
        do throws(Authenticator.Refusal) {
            let identities = try settings.authenticator.identities(
                connection.identities, provingAlso: packet.scheme, packet.auth)
            connection.setIdentities(identities)
            return DueAnswer(kind: .fixed(zxid: .zero, .ok))
        } catch {
            switch error {
            case .notProven:
                return fail(
                    "a client's authentication failed; closed",
                    "scheme \(packet.scheme?.description.prefix(64) ?? "?")", on: connection)
            case .tooMany:
                let (count, bytes) = (Authenticator.identitiesMax, Authenticator.identityBytesMax)
                return fail(
                    "a client has proven too many identities; closed",
                    "at most \(count), of \(bytes) bytes in all", on: connection)
            case .otherEnsemble:
                // Without an answer, so that the client tries another server.
                effects.complain("a client looks for another ensemble; closed", of: connection)
                effects.close(connection)
                return nil
            }
        }
    }

    /// A connection has proven who it is before it said a word.
    func certify(_ id: ConnectionID, _ subject: [UInt8]) {
        guard let connection = clients[id] else { return }
        connection.setIdentities(
            connection.identities + settings.authenticator.identities(ofSubject: subject))
    }

    private mutating func fail(_ kind: String, _ detail: String, on connection: Connection) -> DueAnswer {
        statistics.authFailures += 1
        effects.complain(kind, of: connection, detail)
        return DueAnswer(kind: .fixed(zxid: .zero, .authFailed), isLast: true)
    }

    mutating func refuseUnproven(_ connection: Connection) -> DueAnswer {
        effects.complain("a client has proven none of the schemes that are required; closed", of: connection)
        return DueAnswer(kind: .fixed(zxid: .zero, .sessionClosedRequireAuth), isLast: true)
    }

    /// Goes on with a login by SASL. Where there is none, a null token tells the client that it may go on
    /// without.
    ///
    /// - Returns: nil where the connection has ended.
    mutating func logIn(_ request: RequestFrame, on connection: Connection) -> DueAnswer? {
        guard let token = request.decode(SASLToken.init(decoding:))?.bytes else {
            effects.close(connection)
            return nil
        }
        switch settings.authenticator.outcome(of: token, &connection.saslStage, on: connection.id) {
        case .declined: return DueAnswer(kind: .token(.ok, nil))
        case .challenge(let challenge): return DueAnswer(kind: .token(.ok, challenge))
        case .proven(let identities, let answer):
            connection.setIdentities(
                connection.identities + identities.filter { !connection.identities.contains($0) })
            return DueAnswer(kind: .token(.ok, answer))
        case .failed(let reason):
            effects.complain("a client's login by SASL failed; closed", of: connection, reason)
            return DueAnswer(kind: .token(settings.authenticator.saslFailure, nil), isLast: true)
        }
    }
}
