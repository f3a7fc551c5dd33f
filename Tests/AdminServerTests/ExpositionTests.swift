import Console
import Testing
import Vocabulary

@testable import AdminServer

@Suite struct `The page for Prometheus` {
    /// Of a leader, on which all is set that may be.
    static var report: NodeReport {
        var report = NodeReport(state: .leader)
        for counter in Metrics.Counter.allCases { report.metrics[counter] = 1 }
        for summary in Metrics.SummaryName.allCases { report.metrics[summary] = Summary(3) }
        report.metrics.quorumSize = 3
        report.metrics.syncedObservers = 0
        report.metrics.leader = Metrics.LeaderMetrics()
        report.directories.lastSnapshot = (.zero, 1_796_014_058)
        var times = Histogram()
        times.add(3)
        report.metrics.requestTimes = [("getData", times)]
        return report
    }

    private func lines(_ names: Set<String> = []) -> [Substring] {
        Exposition(Self.report, names: names).text.split(separator: "\n")
    }

    @Test func `has each family once`() {
        let names = lines().filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
        #expect(Set(names).count == names.count)
    }

    @Test func `has every name that Grafana's dashboard 10465 asks for`() {
        let families = Set(lines().filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] })
        for name in Self.dashboard.split(whereSeparator: \.isWhitespace) {
            #expect(families.contains(name), "\(name)")
        }
    }

    @Test func `says of what is not measured that it is not`() {
        let help = lines(["jvm_threads_current"]).first
        #expect(help == "# HELP jvm_threads_current jvm_threads_current: not measured by Aviary, always 0")
    }

    @Test func `counts in each range of a histogram those below it`() {
        let samples = lines(["aviary_request_seconds_bucket"]).dropFirst(2)
        #expect(samples.count == Histogram.boundCount + 1)
        #expect(samples.contains(#"aviary_request_seconds_bucket{op="getData",le="0.002"} 0.0"#))
        #expect(samples.contains(#"aviary_request_seconds_bucket{op="getData",le="0.004"} 1.0"#))
        #expect(samples.last == #"aviary_request_seconds_bucket{op="getData",le="+Inf"} 1.0"#)
        let sum = lines(["aviary_request_seconds_sum"]).last
        #expect(sum == #"aviary_request_seconds_sum{op="getData"} 0.003"#)
    }

    @Test func `says what the node is`() {
        let samples = lines(["aviary_state"]).filter { $0.hasSuffix(" 1.0") }
        #expect(samples == [#"aviary_state{state="leader"} 1.0"#])
    }

    private static let dashboard = """
        ack_latency add_dead_watcher_stall_time approximate_data_size avg_latency bytes_received_count
        close_session_prep_time commit_commit_proc_req_queued commit_count commit_process_time
        commit_propagation_latency concurrent_request_processing_in_commit_processor
        connection_drop_count connection_drop_probability connection_rejected connection_request_count
        connection_token_deficit dbinittime dead_watchers_cleaner_latency dead_watchers_cleared
        dead_watchers_queued diff_count digest_mismatches_count election_time ensemble_auth_fail
        ensemble_auth_skip ensemble_auth_success ephemerals_count follower_sync_time fsynctime
        global_sessions jvm_classes_loaded jvm_gc_collection_seconds jvm_memory_pool_bytes_used
        jvm_pause_time_ms jvm_threads_current jvm_threads_deadlocked jvm_threads_state
        last_client_response_size last_proposal_size leader_uptime learner_commit_received_count
        learner_handler_qp_size learners local_sessions local_write_committed_time_ms looking_count
        max_client_response_size max_latency max_proposal_size min_client_response_size min_latency
        min_proposal_size node_changed_watch_count node_children_watch_count node_created_watch_count
        node_deleted_watch_count num_alive_connections om_commit_process_time_ms
        om_proposal_process_time_ms open_file_descriptor_count outstanding_changes_queued
        outstanding_changes_removed outstanding_requests outstanding_tls_handshake packets_received
        packets_sent pending_session_queue_size prep_process_time prep_processor_queue_size
        prep_processor_queue_time_ms prep_processor_request_queued propagation_latency
        proposal_ack_creation_latency proposal_count proposal_latency quit_leading_due_to_disloyal_voter
        quorum_ack_latency quorum_size read_commit_proc_issued read_commit_proc_req_queued
        read_commitproc_time_ms read_final_proc_time_ms read_per_namespace readlatency
        reads_after_write_in_session_queue reads_issued_from_session_queue request_commit_queued
        requests_in_session_queue response_packet_cache_hits response_packet_cache_misses
        response_packet_get_children_cache_hits response_packet_get_children_cache_misses
        revalidate_count server_write_committed_time_ms session_queues_drained
        sessionless_connections_expired snap_count snapshottime stale_sessions_expired
        startup_snap_load_time startup_txns_loaded sync_process_time sync_processor_batch_size
        sync_processor_queue_flush_time_ms sync_processor_queue_size sync_processor_request_queued
        synced_non_voting_followers synced_observers time_waiting_empty_pool_in_commit_processor_read_ms
        tls_handshake_exceeded unrecoverable_error_count updatelatency uptime watch_count
        write_batch_time_in_commit_processor write_commit_proc_issued write_commit_proc_req_queued
        write_commitproc_time_ms write_final_proc_time_ms write_per_namespace znode_count
        """
}
