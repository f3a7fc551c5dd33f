import Ensembles
import Printing
import Settings
import Vocabulary

extension NodeReport {
    /// `srvr`, and with connections `stat`.
    func writeStatus(_ state: State, withConnections: Bool, into text: inout AnswerText) {
        text.line("Zookeeper version: \(ServerVersion.text)")
        if state == .readOnly { text.line("READ-ONLY mode; serving only read-only clients") }
        if withConnections {
            text.line("Clients:")
            for connection in connections {
                connection.writeBrief(into: &text)
                text.line(")")
            }
            text.line()
        }
        text.line("Latency min/avg/max: \(latency.min)/\(JavaText.number(latency.average))/\(latency.max)")
        text.line("Received: \(packetsReceived)")
        text.line("Sent: \(packetsSent)")
        text.line("Connections: \(connectionCount)")
        text.line("Outstanding: \(outstandingRequests)")
        text.line("Zxid: \(lastZxid)")
        text.line("Mode: \(state.rawValue)")
        text.line("Node count: \(znodeCount)")
        if state == .leader, let proposals {
            text.line("Proposal sizes last/min/max: \(proposals.last)/\(proposals.min)/\(proposals.max)")
        }
    }

    /// `cons`.
    func writeConnections(into text: inout AnswerText) {
        for connection in connections { connection.write(into: &text) }
        text.line()
    }

    /// `conf`.
    func writeConfiguration(_ settings: NodeSettings, into text: inout AnswerText) {
        let clients = settings.clients
        text.line("clientPort=\(clientPort ?? clients.port ?? -1)")
        text.line("secureClientPort=\(clients.securePort ?? -1)")
        text.line("dataDir=\(directories.data)")
        text.line("dataDirSize=\(directories.dataBytes)")
        text.line("dataLogDir=\(directories.log)")
        text.line("dataLogSize=\(directories.logBytes)")
        text.line("tickTime=\(settings.tickTimeMs)")
        text.line("maxClientCnxns=\(clients.connectionsPerAddressMax)")
        text.line("minSessionTimeout=\(settings.sessions.minTimeoutMs)")
        text.line("maxSessionTimeout=\(settings.sessions.maxTimeoutMs)")
        text.line("clientPortListenBacklog=\(clients.listenBacklog ?? -1)")
        guard case .member(let ensemble) = settings.deployment else {
            // Apache numbers no standalone server, whatever `myid` says.
            text.line("serverId=0")
            return
        }
        text.line("serverId=\(settings.serverID ?? 0)")
        writeMembership(of: ensemble, serverID: settings.serverID, into: &text)
    }

    private func writeMembership(of ensemble: Ensemble, serverID: Int64?, into text: inout AnswerText) {
        let own = ensemble.members.first { $0.id.rawValue == serverID }
        func ports(_ port: (EnsembleMember.Address) -> Int) -> String {
            (own?.addresses ?? []).map { "\(port($0))" }.joined(separator: "|")
        }
        text.line("initLimit=\(ensemble.initTicks)")
        text.line("syncLimit=\(ensemble.syncTicks)")
        text.line("electionAlg=3")
        text.line("electionPort=\(ports(\.electionPort))")
        text.line("quorumPort=\(ports(\.quorumPort))")
        text.line("peerType=\(own?.kind == .observer ? 1 : 0)")
        if state == .readOnly { return }
        text.line("membership: ")
        text += ensemble.configuration.text
    }

    /// `envi`.
    func writeEnvironment(into text: inout AnswerText) {
        text.line("Environment:")
        text.line("zookeeper.version=\(ServerVersion.text)")
        for (key, value) in environment { text.line("\(key)=\(ScreenText.safe(value))") }
    }

    /// `hash`.
    func writeDigests(into text: inout AnswerText) {
        for entry in digests {
            text.line("\(String(UInt64(bitPattern: entry.zxid.rawValue), radix: 16)): \(entry.digest)")
        }
    }
}

extension DirectoryReport {
    /// `dirs`.
    func write(into text: inout AnswerText) {
        text.line("datadir_size: \(dataBytes)")
        text.line("logdir_size: \(logBytes)")
    }
}
