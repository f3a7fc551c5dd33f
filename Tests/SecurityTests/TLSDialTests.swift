import NIOCore
import NIOEmbedded
import Settings
import Testing

@testable import Security

/// Two handlers, one of which dials the other.
@Suite struct `A socket with TLS that is dialed` {
    private let certificates: Certificates
    private let accepted = EmbeddedChannel()
    private let dialed = EmbeddedChannel()
    private final class Outcome {
        var secured: [String] = []
        var failures: [TLSFailure] = []
    }
    private let outcome = Outcome()

    init() throws {
        certificates = try Certificates()
        // Its only name is its own: host "server".
        for name in ["server", "stranger"] {
            try certificates.make(name)
            try certificates.join("\(name).key", "\(name).crt", as: "\(name).pem")
        }
    }

    private func material(_ own: String, trusting: String) throws -> TLSMaterial {
        try TLSMaterial(
            TLSSettings(
                keyStore: TLSSettings.Store(key: "k", location: certificates.path("\(own).pem")),
                trustStore: TLSSettings.Store(key: "t", location: certificates.path("\(trusting).crt"))))
    }

    /// Both sides, and what they make of each other.
    private func connect(
        accepting: TLSMaterial, dialing: TLSMaterial, acceptedNames: [String]? = nil,
        dialedNames: [String]? = nil
    ) throws {
        let outcome = outcome
        func names(_ names: [String]?) -> ((SocketAddress?) -> [String])? {
            names.map { names in { _ in names } }
        }
        let server = TLSHandler(accepting, names: names(acceptedNames)) { _, _ in
            outcome.secured.append("accepted")
        } whenFailed: { failure, _ in
            outcome.failures.append(failure)
        }
        let client = TLSHandler(dialing: dialing, timeout: .seconds(5), names: names(dialedNames)) { _, _ in
            outcome.secured.append("dialed")
        } whenFailed: { failure, _ in
            outcome.failures.append(failure)
        }
        try accepted.pipeline.syncOperations.addHandler(server)
        try dialed.pipeline.syncOperations.addHandler(client)
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: 1)
        try accepted.connect(to: address).wait()
        try dialed.connect(to: address).wait()
        for _ in 0..<4 {
            while let bytes = try dialed.readOutbound(as: ByteBuffer.self) {
                _ = try? accepted.writeInbound(bytes)
            }
            while let bytes = try accepted.readOutbound(as: ByteBuffer.self) {
                _ = try? dialed.writeInbound(bytes)
            }
        }
    }

    @Test func `is secured on both sides`() throws {
        let material = try material("server", trusting: "server")
        try connect(
            accepting: material, dialing: material, acceptedNames: ["10.0.0.1", "server"],
            dialedNames: ["server"])
        #expect(outcome.secured.sorted() == ["accepted", "dialed"] && outcome.failures == [])
    }

    @Test func `is given up where the certificate names another host`() throws {
        let material = try material("server", trusting: "server")
        try connect(accepting: material, dialing: material, dialedNames: ["elsewhere", "127.0.0.1"])
        #expect(outcome.failures.first == .misnamed && !outcome.secured.contains("dialed"))
        #expect(!dialed.isActive)
    }

    @Test func `is refused where the one who dials bears another name`() throws {
        let material = try material("server", trusting: "server")
        try connect(accepting: material, dialing: material, acceptedNames: ["elsewhere"])
        #expect(outcome.failures.first == .misnamed && !accepted.isActive)
        #expect(!outcome.secured.contains("accepted"))
    }

    @Test func `is given up where the certificate is not believed`() throws {
        try connect(
            accepting: try material("stranger", trusting: "server"),
            dialing: try material("server", trusting: "server"))
        #expect(outcome.secured == [] && !outcome.failures.isEmpty && !dialed.isActive)
    }
}
