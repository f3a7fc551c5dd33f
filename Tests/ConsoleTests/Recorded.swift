import Console
import Settings
import Vocabulary

/// What Apache ZooKeeper 3.9.3 answered, with two kazoo clients and one idle connection; Debian's 3.8.0
/// answers in the same form. `report` is that server's state in our words.
enum Recorded {
    static let first = SessionID(rawValue: 0x1000_0297_d2b_0000)
    static let second = SessionID(rawValue: 0x1000_0297_d2b_0001)
    static let settings: NodeSettings = {
        var settings = NodeSettings.standalone(clientPort: 33_477)
        settings.clients.connectionsPerAddressMax = 60
        return settings
    }()

    static var report: NodeReport {
        var report = NodeReport(state: .standalone)
        report.lastZxid = Zxid(rawValue: 0xcf)
        report.latency = Summary(count: 217, sum: 234, min: 0, max: 39)
        report.packetsReceived = 235
        report.packetsSent = 239
        report.connectionCount = 4
        report.znodeCount = 9
        report.connections = connections
        report.sessions = [second, first].map {
            SessionReport(id: $0, timeoutMs: 10_000, expiresMs: 1_795_520_512_000)
        }
        report.ephemerals = [
            EphemeralsReport(session: first, paths: ["/app/lock-0000000001"]),
            EphemeralsReport(session: second, paths: ["/app/lock-0000000002"]),
        ]
        report.watches = [
            WatchReport(path: "/app", sessions: [second]),
            WatchReport(path: "/app/config", sessions: [second, first]),
            WatchReport(path: "/nope", sessions: [first]),
        ]
        report.digests = [DigestReport(zxid: Zxid(rawValue: 0x80), digest: 15_254_851_761)]
        report.directories.data = "/tmp/golden-9q03br58/data/version-2"
        report.directories.log = "/tmp/golden-9q03br58/data/version-2"
        report.directories.dataBytes = 66_030
        report.directories.logBytes = 66_030
        return report
    }

    private static var connections: [ConnectionReport] {
        var connections = [56_822, 56_796, 56_806, 56_842].map {
            ConnectionReport(address: "127.0.0.1", port: $0)
        }
        for index in connections.indices { connections[index].expiresMs = 1_795_520_512_000 }
        connections[1].session = first
        connections[1].received = 12
        connections[1].sent = 13
        connections[1].establishedMs = 1_795_520_501_821
        connections[1].lastXid = 0xb
        connections[1].latency = Summary(count: 12, sum: 40, min: 0, max: 13)
        connections[2].session = second
        connections[2].received = 205
        connections[2].sent = 206
        connections[2].establishedMs = 1_795_520_501_838
        connections[2].lastXid = 0xcc
        connections[2].latency = Summary(count: 205, sum: 194, min: 0, max: 39)
        for index in 1...2 {
            connections[index].lastOperation = 4
            connections[index].timeoutMs = 10_000
            connections[index].lastZxid = 0xcf
            connections[index].lastResponseMs = 2_719_708
        }
        connections[3].isRead = false
        connections[3].received = 1
        return connections
    }

    static let cons = """
         /127.0.0.1:56822[1](queued=0,recved=0,sent=0)
         /127.0.0.1:56796[1](queued=0,recved=12,sent=13,sid=0x10000297d2b0000,lop=GETD,est=1795520501821,\
        to=10000,lcxid=0xb,lzxid=0xcf,lresp=2719708,llat=0,minlat=0,avglat=3,maxlat=13)
         /127.0.0.1:56806[1](queued=0,recved=205,sent=206,sid=0x10000297d2b0001,lop=GETD,est=1795520501838,\
        to=10000,lcxid=0xcc,lzxid=0xcf,lresp=2719708,llat=0,minlat=0,avglat=0,maxlat=39)
         /127.0.0.1:56842[0](queued=0,recved=1,sent=0)


        """

    static let stat = """
        Zookeeper version: \(ServerVersion.text)
        Clients:
         /127.0.0.1:56822[1](queued=0,recved=0,sent=0)
         /127.0.0.1:56796[1](queued=0,recved=12,sent=13)
         /127.0.0.1:56806[1](queued=0,recved=205,sent=206)
         /127.0.0.1:56842[0](queued=0,recved=1,sent=0)

        Latency min/avg/max: 0/1.0783/39
        Received: 235
        Sent: 239
        Connections: 4
        Outstanding: 0
        Zxid: 0xcf
        Mode: standalone
        Node count: 9

        """

    static let srvr = """
        Zookeeper version: \(ServerVersion.text)
        Latency min/avg/max: 0/1.0783/39
        Received: 235
        Sent: 239
        Connections: 4
        Outstanding: 0
        Zxid: 0xcf
        Mode: standalone
        Node count: 9

        """

    static let conf = """
        clientPort=33477
        secureClientPort=-1
        dataDir=/tmp/golden-9q03br58/data/version-2
        dataDirSize=66030
        dataLogDir=/tmp/golden-9q03br58/data/version-2
        dataLogSize=66030
        tickTime=2000
        maxClientCnxns=60
        minSessionTimeout=4000
        maxSessionTimeout=40000
        clientPortListenBacklog=-1
        serverId=0

        """

    static let dump = """
        SessionTracker dump:
        Session Sets (1)/(2):
        2 expire at Tue Nov 24 11:41:52 UTC 2026:
        \t0x10000297d2b0001
        \t0x10000297d2b0000
        ephemeral nodes dump:
        Sessions with Ephemerals (2):
        0x10000297d2b0000:
        \t/app/lock-0000000001
        0x10000297d2b0001:
        \t/app/lock-0000000002
        Connections dump:
        Connections Sets (1)/(4):
        4 expire at Tue Nov 24 11:41:52 UTC 2026:
        \tip: /127.0.0.1:56822 sessionId: 0x0
        \tip: /127.0.0.1:56796 sessionId: 0x10000297d2b0000
        \tip: /127.0.0.1:56806 sessionId: 0x10000297d2b0001
        \tip: /127.0.0.1:56842 sessionId: 0x0

        """

    static let wchc = """
        0x10000297d2b0000
        \t/app/config
        \t/nope
        0x10000297d2b0001
        \t/app
        \t/app/config


        """

    static let wchp = """
        /app
        \t0x10000297d2b0001
        /app/config
        \t0x10000297d2b0001
        \t0x10000297d2b0000
        /nope
        \t0x10000297d2b0000


        """

    /// Names that a standalone 3.9.3 prints for `mntr`, summaries without what comes before their name.
    static let metricNames: Set<Substring> = Set(
        """
        version server_state ephemerals_count num_alive_connections avg_latency outstanding_requests
        znode_count global_sessions non_mtls_remote_conn_count last_client_response_size packets_sent
        packets_received max_client_response_size connection_drop_probability watch_count auth_failed_count
        min_latency max_file_descriptor_count approximate_data_size open_file_descriptor_count
        local_sessions uptime max_latency outstanding_tls_handshake min_client_response_size
        non_mtls_local_conn_count watch_bytes stale_requests_dropped throttled_ops insecure_admin_count
        connection_rejected sessionless_connections_expired dead_watchers_queued stale_requests
        connection_drop_count response_packet_cache_hits bytes_received_count add_dead_watcher_stall_time
        request_throttle_wait_count requests_not_forwarded_to_commit_processor response_packet_cache_misses
        prep_processor_request_queued stale_replies response_bytes ensemble_auth_fail diff_count
        connection_revalidate_count quit_leading_due_to_disloyal_voter unrecoverable_error_count
        unsuccessful_handshake commit_count outstanding_changes_queued request_commit_queued
        ensemble_auth_skip skip_learner_request_to_next_processor_count proposal_count
        large_requests_rejected outstanding_changes_removed restore_error_count
        cnxn_closed_without_zk_server_running looking_count snapshot_rate_limited_count
        learner_proposal_received_count digest_mismatches_count dead_watchers_cleared ensemble_auth_success
        learner_commit_received_count snapshot_error_count connection_request_count
        response_packet_get_children_cache_misses snap_count stale_sessions_expired
        restore_rate_limited_count response_packet_get_children_cache_hits sync_processor_request_queued
        tls_handshake_exceeded revalidate_count commit_commit_proc_req_queued commit_process_time
        concurrent_request_processing_in_commit_processor connection_token_deficit dbinittime election_time
        follower_sync_time fsynctime inflight_diff_count inflight_snap_count leader_unavailable_time
        learner_request_processor_queue_size netty_queued_buffer_capacity node_changed_watch_count
        node_children_watch_count node_created_watch_count node_deleted_watch_count observer_sync_time
        pending_session_queue_size prep_process_time prep_processor_queue_size proposal_process_time
        read_commit_proc_issued read_commit_proc_req_queued reads_after_write_in_session_queue
        reads_issued_from_session_queue requests_in_session_queue restore_time session_queues_drained
        snapshottime socket_closing_time startup_snap_load_time startup_txns_load_time startup_txns_loaded
        sync_process_time sync_processor_batch_size sync_processor_queue_size
        time_waiting_empty_pool_in_commit_processor_read_ms unavailable_time
        write_batch_time_in_commit_processor write_commit_proc_issued write_commit_proc_req_queued
        close_session_prep_time commit_propagation_latency dead_watchers_cleaner_latency jvm_pause_time_ms
        local_write_committed_time_ms om_commit_process_time_ms om_proposal_process_time_ms
        prep_processor_queue_time_ms propagation_latency proposal_ack_creation_latency proposal_latency
        quorum_ack_latency read_commitproc_time_ms read_final_proc_time_ms readlatency
        request_throttle_queue_time_ms server_write_committed_time_ms sync_processor_queue_and_flush_time_ms
        sync_processor_queue_flush_time_ms sync_processor_queue_time_ms updatelatency
        write_commitproc_time_ms write_final_proc_time_ms
        """.split(whereSeparator: \.isWhitespace))
}
