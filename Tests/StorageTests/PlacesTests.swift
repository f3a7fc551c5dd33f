import Glibc
import TestSupport
import Testing
import Vocabulary

@testable import Storage

/// An empty folder is a new node's only where nothing says otherwise.
@Suite struct `The folders of a configuration` {
    private let root = Folder()
    private var data: String { root.path + "/data" }
    private var log: String { root.path + "/log" }

    private func start(
        _ dataDir: String, _ dataLogDir: String? = nil, isCreated: Bool = true, isEmptyBelieved: Bool = true,
        isMember: Bool = false
    ) throws -> LogStore {
        let places = try NodePlaces(dataDir: dataDir, dataLogDir: dataLogDir ?? dataDir)
        try places.check(isCreated: isCreated, isEmptyBelieved: isEmptyBelieved, isMember: isMember)
        let store = try LogStore.open(
            directory: dataLogDir ?? dataDir, isEmptyBelieved: isEmptyBelieved || places.isInitialized)
        try places.settle()
        return store
    }

    /// One life of a node that writes something.
    private func live(_ dataDir: String, _ dataLogDir: String? = nil) throws {
        var store = try start(dataDir, dataLogDir)
        try store.append(Sample.rows(after: store.lastZxid, count: 3))
        try store.close()
    }

    private func refusal(_ body: () throws -> LogStore) throws -> String {
        do {
            let store = try body()
            Issue.record("it starts at \(store.lastZxid)")
            return ""
        } catch let error as StorageError {
            #expect(error.code == .misplaced)
            return error.message
        }
    }

    private func move(from source: String, to target: String) {
        for name in ["log-0000000000000000.db", "acknowledged"] {
            rename(source + "/" + name, target + "/" + name)
        }
    }

    @Test func `are refused where dataLogDir was added to a node that has data`() throws {
        try live(data)
        let message = try refusal { try start(data, log) }
        #expect(
            message.contains(
                "dataLogDir=\(log) holds no data, but dataDir=\(data) does (log-0000000000000000.db)"))
        mkdir(log, 0o700)
        move(from: data, to: log)
        let store = try start(data, log)
        #expect(store.lastZxid.counter == 3, "moved, it goes on")
    }

    @Test func `are refused where dataLogDir was taken away or is another one`() throws {
        try live(data, log)
        let message = try refusal { try start(data) }
        #expect(message.contains("dataDir=\(data) holds no data"))
        #expect(message.contains("dataLogDir=\(log)"))
        #expect(
            try refusal { try start(data, root.path + "/third") }.contains(
                "(log-0000000000000000.db is there)"))
        #expect(try start(data, log).lastZxid.counter == 3)
    }

    @Test func `are refused where two of them hold a history`() throws {
        try live(data)
        try live(root.path + "/other", log)
        mkdir(root.path + "/both", 0o700)
        rename(root.path + "/other/log-directory", data + "/log-directory")
        #expect(try refusal { try start(data) }.contains("log-0000000000000000.db still is"))
    }

    @Test func `may be renamed together with their history`() throws {
        try live(data, log)
        rename(log, root.path + "/moved")
        #expect(try start(data, root.path + "/moved").lastZxid.counter == 3)
        #expect(try start(data, root.path + "/moved").lastZxid.counter == 3)
    }

    @Test(arguments: ["snapshot.0", "log.100000001"])
    func `are refused where a server of Apache's has its data`(file: String) throws {
        mkdir(data, 0o700)
        mkdir(data + "/version-2", 0o700)
        #expect(try start(data).lastZxid == .zero, "an empty version-2 is nothing")
        for name in ["log-0000000000000000.db", "acknowledged"] { unlink(data + "/" + name) }
        TemporaryFolder.write([1], to: data + "/version-2/" + file)
        for message in [try refusal { try start(data) }, try refusal { try start(data, log) }] {
            #expect(message.contains("dataDir=\(data) holds the data of a server of Apache's"))
            #expect(message.contains("version-2/\(file)"))
        }
        #expect(access(data + "/log-0000000000000000.db", F_OK) != 0, "nothing was made there")
    }

    @Test func `are not made where datadir autocreate is false`() throws {
        #expect(try refusal { try start(data, isCreated: false) }.contains("datadir.autocreate=false"))
        #expect(access(data, F_OK) != 0)
        mkdir(data, 0o700)
        #expect(try start(data, isCreated: false).lastZxid == .zero)
        #expect(try refusal { try start(data, log, isCreated: false) }.contains("dataLogDir=\(log)"))
    }

    @Test func `are no beginning of a node alone where db autocreate is false`() throws {
        mkdir(data, 0o700)
        #expect(try refusal { try start(data, isEmptyBelieved: false) }.contains("\(data)/initialize"))
        TemporaryFolder.write([], to: data + "/initialize")
        var store = try start(data, isEmptyBelieved: false)
        #expect(store.mustSynchronize == nil)
        #expect(access(data + "/initialize", F_OK) != 0, "it is good for one start")
        try store.append(Sample.rows(after: .zero, count: 1))
        try store.close()
        #expect(try start(data, isEmptyBelieved: false).lastZxid.counter == 1)
    }

    @Test func `keep a member from voting until it has a leader's history where db autocreate is false`()
        throws
    {
        func member() throws -> LogStore { try start(data, isEmptyBelieved: false, isMember: true) }
        #expect(try member().mustSynchronize != nil)
        var store = try member()
        #expect(store.mustSynchronize != nil, "also at the next start")
        try store.setAcceptedEpoch(Epoch(rawValue: 2))
        #expect(store.mustSynchronize != nil, "a promise is no history")
        try store.setCurrentEpoch(Epoch(rawValue: 2))
        #expect(store.mustSynchronize == nil)
        try store.close()
        #expect(try member().mustSynchronize == nil)
    }

    @Test func `may not be a file, nor have a name that SQLite cannot take`() throws {
        TemporaryFolder.write([], to: log)
        #expect(
            try refusal { try start(data, log) }
                == "dataLogDir=\(log) is a file; name a folder, or move the file away")
        #expect(try refusal { try LogStore.open(directory: log) }.contains("a file stands where a folder"))
        let long = root.path + String(repeating: "/" + String(repeating: "d", count: 100), count: 6)
        #expect(try refusal { try LogStore.open(directory: long) }.contains("bytes long"))
        #expect(access(root.path + "/" + String(repeating: "d", count: 100), F_OK) != 0)
        let name = root.path + "/" + String(repeating: "d", count: 300)
        #expect(try refusal { try LogStore.open(directory: name) }.contains("set another dataDir"))
    }

    @Test func `that others can read are said`() throws {
        mkdir(data, 0o700)
        #expect(try NodePlaces(dataDir: data, dataLogDir: data).warnings == [])
        chmod(data, 0o755)
        let warnings = try NodePlaces(dataDir: data, dataLogDir: data).warnings
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("chmod 700 \(data)") == true)
    }
}
