/// Words of type names that a reader of the field knows, from ZooKeeper, databases, networks or plain
/// English, and that mean here what they mean there. Any other word of a type's name is coined, and the
/// glossary of ARCHITECTURE.md explains it.
enum PlainWords {
    /// In the singular.
    static let all: Set<String> = Set(
        (zooKeeper + " " + storage + " " + network + " " + programs).split(separator: " ").map(String.init))

    private static let zooKeeper = """
        access acl aclid am auth authentication byte children client code connect container create \
        creation cxid data delete digest election ensemble ephemeral epoch event follower following four \
        get header i id identity jute latency leader leading learner letter member membership message \
        multi node notification observer op operation operator owner ownership packet password path peer \
        permission proposal quorum quota read reconfig recovery reply request response sasl scheme \
        server session set snapshot stat statistic string sync synchronization transaction tree ttl type \
        version versioned vote watch watcher who word write znode zxid
        """

    private static let storage = """
        acknowledged acknowledgement applied cell checkpoint commit committed consistency content copy \
        crc database descriptor directory disk durability durable entry file folder format hash log \
        memory merge migrator page persistent private record restoration restored row savepoint schedule \
        slice sorter sql stamp statement storage store stored sum summary swap table trim unfinished \
        writer xx
        """

    private static let network = """
        accept address connection forwarded frame gate greeting handler handshake inbox link listener \
        packet port scanner socket stream token
        """

    private static let programs = """
        action add admission batching bounded budget captured catch change console context control \
        controller core decoder decoding diagnostic effect encoder environment error failed fault field \
        flow function head info input instant line list lock loop machine material mode monotonic name \
        number numbered open order outcome output overlong owed pause pending piece pipe plan process \
        progress queue range raw reader reading report requested responder result role rule scan \
        serving setting size small split state step string system text thread time timeout total \
        unidentified up value waiting
        """
}
