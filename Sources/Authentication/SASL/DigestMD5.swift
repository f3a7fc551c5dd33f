package import Vocabulary

/// A login by DIGEST-MD5, of the side that has the passwords, as OpenJDK's server does it (security 4.3).
///
/// A value without state: a nonce makes the challenge, and the same nonce judges the response.
package struct DigestMD5: Equatable, Sendable {
    /// A user whose password a response has proven.
    package struct Proof: Equatable, Sendable {
        package let user: ByteString
        /// The name that the client would like to go by; nil where it gave none.
        package let wantedName: [UInt8]?
        /// For the client: that this side knows the password too.
        package let answer: [UInt8]
    }

    /// Why a response proves nothing. Nobody but the log is told.
    package enum Refusal: Error, Equatable, Sendable, CustomStringConvertible {
        /// The response is none, or not one to this challenge.
        case malformed
        case unknownUser(ByteString)
        case wrongPassword(ByteString)

        package var description: String {
            switch self {
            case .malformed: "no response to its challenge"
            case .unknownUser(let user): "user \(user.description.prefix(64)): nobody of that name"
            case .wrongPassword(let user): "user \(user.description.prefix(64)): wrong password"
            }
        }
    }

    /// Longer responses are not read, as in Java.
    private static let responseBytesMax = 4096
    static let nonceBytes = 30

    package let realm: String
    package let uri: String

    /// Between a client and its server.
    package static let ofClients = DigestMD5(realm: "zk-sasl-md5", uri: "zookeeper/zk-sasl-md5")

    package init(realm: String, uri: String) {
        self.realm = realm
        self.uri = uri
    }

    package func challenge(_ nonce: [UInt8]) -> [UInt8] {
        Array(#"realm="\#(realm)",nonce=""#.utf8) + nonce
            + Array(#"",charset=utf-8,algorithm=md5-sess"#.utf8)
    }

    /// - Parameter password: Of a user; nil for one who is unknown.
    package func judge(
        _ response: [UInt8], to nonce: [UInt8], password: (_ user: ByteString) -> ByteString?
    ) throws(Refusal) -> Proof {
        guard response.count <= DigestMD5.responseBytesMax, let said = DigestDirectives(response),
            let user = said["username"], let cnonce = said["cnonce"], let place = said["digest-uri"],
            let digest = said["response"], isWellFormed(said, nonce)
        else { throw .malformed }
        let name = ByteString(user)
        let known = password(name)
        // One who is unknown takes as long as who is known.
        for login in DigestMD5.logins(name, realm, known ?? "") {
            var first = login + colon + nonce + colon + cnonce
            if let wanted = said["authzid"] { first += colon + wanted }
            let key = Hash.hexadecimal(Hash.of(first, by: .md5))
            func value(_ second: [UInt8]) -> [UInt8] {
                let last = Hash.hexadecimal(Hash.of(second, by: .md5))
                let middle = Array(":00000001:".utf8) + cnonce + Array(":auth:".utf8)
                return Hash.hexadecimal(Hash.of(key + colon + nonce + middle + last, by: .md5))
            }
            guard Hash.areEqual(value(Array("AUTHENTICATE:".utf8) + place), digest), known != nil else {
                continue
            }
            return Proof(
                user: name, wantedName: said["authzid"],
                answer: Array("rspauth=".utf8) + value(colon + place))
        }
        throw known == nil ? .unknownUser(name) : .wrongPassword(name)
    }

    private var colon: [UInt8] { [UInt8(ascii: ":")] }

    private func isWellFormed(_ said: DigestDirectives, _ nonce: [UInt8]) -> Bool {
        if let charset = said["charset"], charset != Array("utf-8".utf8) { return false }
        if let qop = said["qop"], qop != Array("auth".utf8) { return false }
        if let size = said["maxbuf"], Int32(String(decoding: size, as: UTF8.self)) == nil { return false }
        guard said["realm"] == Array(realm.utf8), let echoed = said["nonce"], let place = said["digest-uri"]
        else { return false }
        return Hash.areEqual(echoed, nonce) && String(decoding: place, as: UTF8.self).lowercased() == uri
    }

    /// Hashes of user, realm and password: of Latin-1 where all characters are of it, as in Java, and of
    /// UTF-8, as in kazoo.
    private static func logins(_ user: ByteString, _ realm: String, _ password: ByteString) -> [[UInt8]] {
        func login(_ bytes: (ByteString) -> [UInt8]) -> [UInt8] {
            let colon = [UInt8(ascii: ":")]
            return Hash.of(bytes(user) + colon + Array(realm.utf8) + colon + bytes(password), by: .md5)
        }
        let javas = login(latin1)
        let kazoos = login(\.bytes)
        return javas == kazoos ? [javas] : [javas, kazoos]
    }

    private static func latin1(_ text: ByteString) -> [UInt8] {
        let scalars = String(decoding: text.bytes, as: UTF8.self).unicodeScalars
        let bytes = scalars.compactMap { UInt8(exactly: $0.value) }
        return bytes.count == scalars.count ? bytes : text.bytes
    }
}
