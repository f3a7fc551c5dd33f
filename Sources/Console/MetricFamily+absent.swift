internal import Vocabulary

extension MetricFamily {
    /// Names that the common dashboards and alerts of ZooKeeper ask for and that nothing is counted under
    /// here: each is 0 on the page for Prometheus, and says so, since a chart with one part missing is often
    /// empty.
    package static let absent: [MetricFamily] =
        named(absentGauges, .gauge(0)) + named(absentCounters, .counter(0))
        + named(absentSummaries, .summary(Summary(), [(0.5, .nan)]))

    private static func named(_ names: String, _ value: Value) -> [MetricFamily] {
        names.split { $0.isWhitespace }.map {
            MetricFamily(String($0), value, help: "\($0): not measured by Aviary, always 0")
        }
    }

    private static let absentGauges = """
        connection_drop_probability jvm_classes_loaded jvm_memory_bytes_max jvm_memory_bytes_used
        jvm_memory_pool_bytes_used jvm_threads_current jvm_threads_deadlocked jvm_threads_state
        last_client_response_size max_client_response_size min_client_response_size
        outstanding_tls_handshake
        """

    private static let absentCounters = """
        add_dead_watcher_stall_time dead_watchers_cleared dead_watchers_queued diff_count
        ensemble_auth_fail ensemble_auth_skip ensemble_auth_success learner_commit_received_count
        outstanding_changes_queued outstanding_changes_removed prep_processor_request_queued
        quit_leading_due_to_disloyal_voter request_commit_queued response_packet_cache_hits
        response_packet_cache_misses response_packet_get_children_cache_hits
        response_packet_get_children_cache_misses revalidate_count sessionless_connections_expired
        snap_count tls_handshake_exceeded unrecoverable_error_count
        """

    private static let absentSummaries = """
        ack_latency close_session_prep_time commit_commit_proc_req_queued commit_process_time
        commit_propagation_latency concurrent_request_processing_in_commit_processor
        connection_token_deficit dead_watchers_cleaner_latency follower_sync_time
        jvm_gc_collection_seconds jvm_pause_time_ms learner_handler_qp_size
        local_write_committed_time_ms node_changed_watch_count node_children_watch_count
        node_created_watch_count node_deleted_watch_count om_commit_process_time_ms
        om_proposal_process_time_ms pending_session_queue_size prep_process_time
        prep_processor_queue_size prep_processor_queue_time_ms propagation_latency
        proposal_ack_creation_latency proposal_latency read_commit_proc_issued
        read_commit_proc_req_queued read_commitproc_time_ms read_final_proc_time_ms read_per_namespace
        reads_after_write_in_session_queue reads_issued_from_session_queue requests_in_session_queue
        server_write_committed_time_ms session_queues_drained startup_snap_load_time sync_process_time
        sync_processor_queue_flush_time_ms sync_processor_queue_size
        time_waiting_empty_pool_in_commit_processor_read_ms write_batch_time_in_commit_processor
        write_commit_proc_issued write_commit_proc_req_queued write_commitproc_time_ms
        write_final_proc_time_ms write_per_namespace
        """
}
