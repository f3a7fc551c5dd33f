import Console
import Settings
import Testing
import Vocabulary

@testable import AdminServer

/// Bodies that Apache ZooKeeper 3.9.5 answered, with one client connected.
@Suite struct `An answer of the admin server` {
    static let node = NodeFacts(settings: .standalone(), configuration: "")

    static var report: NodeReport {
        var report = NodeReport(state: .standalone)
        var connection = ConnectionReport(address: "127.0.0.1", port: 52_230)
        connection.received = 150
        connection.sent = 151
        connection.session = SessionID(rawValue: 72_057_723_549_974_528)
        connection.timeoutMs = 30_000
        connection.lastOperation = OpCode.ping.rawValue
        connection.establishedMs = 1_796_014_078_976
        connection.lastXid = 148
        connection.lastZxid = 74
        connection.lastResponseMs = 2_006_838
        connection.latency = Summary(count: 150, sum: 8, min: 0, max: 8)
        report.connections = [connection]
        report.sessions = [SessionReport(id: connection.session, timeoutMs: 30_000, expiresMs: 2_038_000)]
        report.ephemerals = [EphemeralsReport(session: connection.session, paths: ["/app/lock-0000000001"])]
        report.directories.lastSnapshot = (.zero, 1_796_014_058)
        return report
    }

    private func body(_ command: AdminCommand, _ report: NodeReport = Self.report) -> String {
        let reply = command.reply(to: command.rawValue, from: report, of: Self.node, traceMask: nil)
        return String(decoding: reply.body, as: UTF8.self)
    }

    @Test func `is byte for byte as Apache's`() {
        #expect(body(.ruok) == "{\n  \"command\" : \"ruok\",\n  \"error\" : null\n}")
        #expect(
            body(.leader) == "{\n  \"error\" : \"server is not initialized\",\n  \"command\" : \"leader\"\n}")
        #expect(body(.connections) == Self.connections)
        #expect(body(.dump) == Self.dump)
        #expect(body(.lastSnapshot) == Self.lastSnapshot)
        #expect(body(.zabState).utf8.count == 85)
        #expect(body(.ruok, NodeReport(state: nil)).utf8.count == 97)
    }

    @Test func `lists the sessions and their clients`() {
        let shown = body(.sessions)
        #expect(shown.contains(#""client" : "127.0.0.1:52230""#) && shown.contains(#""ephemerals" : 1"#))
    }

    @Test func `says how far each learner is behind`() {
        var report = NodeReport(state: .leader)
        report.metrics.leader = Metrics.LeaderMetrics()
        report.metrics.leader?.reports = [
            Metrics.LearnerReport(id: 2, isObserver: false, isSynced: true, owesMs: 7),
            Metrics.LearnerReport(id: 3, isObserver: true, isSynced: true, owesMs: nil),
        ]
        let shown = body(.lag, report)
        #expect(shown.contains(#""lag_ms" : 7"#) && shown.contains(#""lag_ms" : null"#))
    }

    @Test func `calls a failure what monitors take for a state`() {
        let silent = NodeReport(state: nil)
        let reply = AdminCommand.monitor.reply(to: "mntr", from: silent, of: Self.node, traceMask: nil)
        #expect(reply.status == .unavailable)
    }

    @Test func `escapes what a path may hold`() {
        var report = Self.report
        report.watches = [WatchReport(path: "/a\"b\\c\n\u{1}é", sessions: [])]
        #expect(body(.watchesByPath, report).contains(#""/a\"b\\c\n\u0001é" : [ ]"#))
    }

    @Test func `shows no secret of the file`() {
        let file = """
            dataDir=/d
            zookeeper.DigestAuthenticationProvider.superDigest=super:abc
            ssl.keyStore.pass\\
              word=hidden
            authPassword: \\
              hidden
            clientPort=2181
            \\u0073ecret=hidden
            """
        let shown = RedactedConfiguration.text(of: file)
        #expect(!shown.contains("abc") && !shown.contains("hidden"))
        #expect(shown.contains("dataDir=/d\n") && shown.contains("\nclientPort=2181\n"))
    }

    @Test func `exposes the metrics to Prometheus in Apache's words`() {
        var report = NodeReport(state: .standalone)
        report.latency = Summary(count: 2, sum: 3, min: 1, max: 2)
        report.metrics[.syncTime] = Summary(count: 163, sum: 210, min: 0, max: 9)
        let text = Exposition(report, names: ["avg_latency", "fsynctime_count"]).text
        #expect(
            text == """
                # HELP avg_latency avg_latency
                # TYPE avg_latency gauge
                avg_latency 1.5
                # HELP fsynctime fsynctime
                # TYPE fsynctime summary
                fsynctime_count 163.0

                """)
    }

    private static let connections = """
        {
          "connections" : [ {
            "remote_socket_address" : "127.0.0.1:52230",
            "interest_ops" : 1,
            "outstanding_requests" : 0,
            "packets_received" : 150,
            "packets_sent" : 151,
            "session_id" : 72057723549974528,
            "last_operation" : "PING",
            "established" : 1796014078976,
            "session_timeout" : 30000,
            "last_cxid" : 148,
            "last_zxid" : 74,
            "last_response_time" : 2006838,
            "last_latency" : 0,
            "min_latency" : 0,
            "avg_latency" : 0,
            "max_latency" : 8
          } ],
          "secure_connections" : [ ],
          "command" : "connections",
          "error" : null
        }
        """

    private static let dump = """
        {
          "expiry_time_to_session_ids" : {
            "2038000" : [ 72057723549974528 ]
          },
          "session_id_to_ephemeral_paths" : {
            "72057723549974528" : [ "/app/lock-0000000001" ]
          },
          "command" : "dump",
          "error" : null
        }
        """

    private static let lastSnapshot = """
        {
          "zxid" : "0",
          "timestamp" : 1796014058,
          "command" : "last_snapshot",
          "error" : null
        }
        """
}
