import Aviary
import NIOCore

/// Stands for election under a name, and works for as long as it leads: elect SERVERS NAME
@main
struct Elect {
    static func main() async throws {
        let servers = try ServerList(parsing: CommandLine.arguments[1])
        let name = CommandLine.arguments[2]
        let configuration = ClientConfiguration(sessionTimeout: .seconds(4))

        try await AviaryClient.with(servers, configuration: configuration) { client in
            try await client.lead(at: "/elect/leader", id: name) { leadership in
                print("\(name) leads, with token \(leadership.token.rawValue)")
                while !Task.isCancelled {
                    // Refused by the ensemble as soon as somebody else may lead.
                    try await leadership.setData("/elect", ByteBuffer(string: "\(name) was here"))
                    try await Task.sleep(for: .seconds(1))
                }
            }
        }
    }
}
