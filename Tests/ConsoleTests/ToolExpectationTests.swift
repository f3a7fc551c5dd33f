import Console
import Settings
import Testing
import Vocabulary

/// What clients and monitors look for in the answers, by the patterns in their sources.
@Suite struct `A tool that reads answers` {
    private func answer(_ word: FourLetterWord, _ report: NodeReport = Recorded.report) -> String {
        String(decoding: word.answer(from: report, settings: .standalone()), as: UTF8.self)
    }

    @Test func `such as kazoo finds the version's three numbers in envi`() throws {
        let match = try #require(
            answer(.envi).firstMatch(of: /zookeeper\.version=(\d+)\.(\d+)\.(\d+)(?:-.*)?,/))
        #expect([match.1, match.2, match.3] == ["3", "9", "5"])
    }

    @Test func `such as go-zookeeper finds version and date in srvr`() {
        let version = /^Zookeeper version: ([\w.\-]+), built on (\d\d\/\d\d\/\d{4} \d\d:\d\d [A-Z]+)/
        let latency = /Latency min\/avg\/max: (\d+)\/([0-9.]+)\/(\d+)/
        let rest = /Mode: (\w+)\nNode count: (\d+)/
        #expect(answer(.srvr).firstMatch(of: version) != nil)
        #expect(answer(.srvr).firstMatch(of: latency) != nil)
        #expect(answer(.srvr).firstMatch(of: rest) != nil)
    }

    @Test func `such as ZooKeeper's tests finds a dash behind the version`() {
        #expect(answer(.stat).firstMatch(of: /^Zookeeper version: \d+\.\d+\.\d+-/) != nil)
        #expect(answer(.mntr).firstMatch(of: /^zk_version\t\d+\.\d+\.\d+-/) != nil)
    }

    @Test func `such as Telegraf finds a name, a tab and a value on every line of mntr`() {
        for line in answer(.mntr).split(separator: "\n") {
            #expect(line.wholeMatch(of: /zk_(\w[\w.\-]*)\t([\w.\-]+).*/) != nil, "\(line)")
        }
    }

    @Test(arguments: [
        "zk_version", "zk_server_state", "zk_avg_latency", "zk_max_latency", "zk_min_latency",
        "zk_packets_received", "zk_packets_sent", "zk_num_alive_connections", "zk_outstanding_requests",
        "zk_znode_count", "zk_watch_count", "zk_ephemerals_count", "zk_approximate_data_size",
        "zk_open_file_descriptor_count", "zk_max_file_descriptor_count", "zk_uptime", "zk_global_sessions",
        "zk_local_sessions",
    ])
    func `finds every metric that is commonly read`(name: String) {
        #expect(answer(.mntr).split(separator: "\n").contains { $0.hasPrefix(name + "\t") })
    }

    @Test func `finds no name in mntr that Apache does not print`() {
        var report = Recorded.report
        report.metrics.authFailures = 0
        for counter in Metrics.Counter.allCases { report.metrics[counter] = 1 }
        for summary in Metrics.SummaryName.allCases { report.metrics[summary] = Summary() }
        for line in answer(.mntr, report).split(separator: "\n") {
            let name = line.prefix { $0 != "\t" }.dropFirst(3)
            let summary = name.drop { $0 != "_" }.dropFirst()
            #expect(Recorded.metricNames.contains(name) || Recorded.metricNames.contains(summary), "\(name)")
        }
    }

    @Test func `finds summaries in five lines`() {
        var report = NodeReport(state: .standalone)
        report.metrics[.syncTime] = Summary(count: 207, sum: 82, min: 0, max: 38)
        report.metrics[.readLatency] = Summary(count: 1, sum: 3, min: 3, max: 3)
        let text = answer(.mntr, report)
        #expect(
            text.contains(
                "zk_avg_fsynctime\t0.3961\nzk_min_fsynctime\t0\nzk_max_fsynctime\t38\nzk_cnt_fsynctime\t207\n"
                    + "zk_sum_fsynctime\t82\nzk_avg_readlatency\t3.0\n"))
    }

    @Test func `finds a leader's metrics at a leader only`() {
        var report = NodeReport(state: .leader)
        report.metrics.leader = Metrics.LeaderMetrics()
        report.proposals = BufferSizes(last: 36, min: 36, max: 91)
        #expect(answer(.mntr, report).contains("zk_learners\t0\n"))
        #expect(answer(.mntr, report).contains("zk_max_proposal_size\t91\n"))
        #expect(answer(.srvr, report).hasSuffix("Proposal sizes last/min/max: 36/36/91\n"))
        #expect(!answer(.mntr).contains("zk_learners"))
    }
}
